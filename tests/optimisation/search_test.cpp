#include "optimisation/search.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "landscape.h"
#include "optimisation/limit.h"

namespace wattlens::optimisation {
namespace {

using base::Seconds;
using experiment::Recorded;

struct Exhaustive {
  double best_j = std::numeric_limits<double>::infinity();  // true energy of the best that keeps the limit
  double spent_j = 0.0;
};

Exhaustive measure_everything(const Space& space, std::uint64_t seed, const RungEffort& effort, double latency_s) {
  Landscape landscape(space.candidates, seed);
  Exhaustive found;
  for (const record::PlanPoint& point : space.candidates) {
    const Truth& truth = landscape.of(point.id);
    if (truth.batch_s < latency_s) found.best_j = std::min(found.best_j, truth.energy_j);
  }
  found.spent_j = spent_on(landscape.measure({.effort = effort, .points = space.candidates})).total().value;
  return found;
}

struct Tally {
  int trials = 0;
  int near = 0;    // within 5 % of the true best
  int frugal = 0;  // at most a quarter of the joules
  int none = 0;
};

constexpr std::uint64_t kSeeds = 100;

// Repetitions scatter by 3 %, windows of 1 s by as much besides.
Tally try_many(const std::vector<record::Limit>& limits, double latency_s) {
  constexpr double kSpread = 0.03;
  const Space space = usual_space();
  Tally tally;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    Landscape landscape(space.candidates, seed, kSpread, kSpread);
    const SearchRules rules{.limits = limits, .efforts = usual_efforts(Seconds{1.0}, false)};
    const SearchTools tools{
        .measure = [&](const RungRequest& request) -> Result<Recorded> { return landscape.measure(request); }};
    const auto found = search(space, rules, tools);
    const Exhaustive all = measure_everything(space, seed, rules.efforts.back(), latency_s);
    ++tally.trials;
    tally.frugal += found->searching.total().value <= 0.25 * all.spent_j ? 1 : 0;
    if (!found->winner) {
      ++tally.none;
    } else {
      EXPECT_LT(landscape.of(found->winner->id).batch_s, 1.02 * latency_s);
      tally.near += landscape.of(found->winner->id).energy_j <= 1.05 * all.best_j ? 1 : 0;
    }
  }
  return tally;
}

TEST(Search, FindsTheCheapestForAQuarterOfTheJoules) {
  const Tally tally = try_many({}, std::numeric_limits<double>::infinity());
  EXPECT_GE(tally.near, 95);
  EXPECT_EQ(tally.frugal, 100);
  EXPECT_EQ(tally.none, 0);
}

TEST(Search, FindsTheCheapestWithinALimitForAQuarterOfTheJoules) {
  const Tally tally = try_many({parse_limit("latency<20ms").value()}, 0.020);
  EXPECT_GE(tally.near, 95);
  EXPECT_EQ(tally.frugal, 100);
  EXPECT_EQ(tally.none, 0);
}

struct Bench {
  Space space = usual_space();
  Landscape landscape{space.candidates, 7};
  SearchRules rules{.efforts = usual_efforts(Seconds{1.0}, false)};
  SearchTools tools{
      .measure = [this](const RungRequest& request) -> Result<Recorded> { return landscape.measure(request); }};
};

TEST(Search, EveryCandidateIsTheWinnerOrFellWithAReason) {
  Bench bench;
  const auto found = search(bench.space, bench.rules, bench.tools).value();
  ASSERT_TRUE(found.winner);
  EXPECT_EQ(found.trials.front().point.id, found.winner->id);
  EXPECT_EQ(found.fallen.size() + 1, bench.space.candidates.size());
  EXPECT_TRUE(std::ranges::all_of(found.fallen, [](const auto& fallen) { return !fallen.reason.empty(); }));
  EXPECT_EQ(found.rungs.front().candidates, 56);
  EXPECT_GE(found.rungs.size(), 2U);
  EXPECT_LE(found.searching.total().value, 0.25 * found.exhaustive->value);
}

TEST(Search, WhereNothingKeepsTheLimitsTheClosestIsNamedWithTheLimitThatBinds) {
  Bench bench;
  bench.rules.limits = {parse_limit("latency<0.5ms").value(), parse_limit("throughput>1").value()};
  const auto found = search(bench.space, bench.rules, bench.tools).value();
  EXPECT_FALSE(found.winner);
  ASSERT_TRUE(found.closest);
  EXPECT_EQ(found.closest->limit, "latency<0.5ms");
  EXPECT_TRUE(found.closest->broken);
  EXPECT_NE(found.closest->point.find("/b1/"), std::string::npos);
  // The smallest batches alone were measured: the others cannot be faster.
  EXPECT_EQ(found.rungs.size(), 1U);
  EXPECT_EQ(found.rungs[0].candidates, 8);
  EXPECT_EQ(found.fallen.size(), 56U);
}

TEST(Search, AFewCandidatesAreMeasuredCarefullyAtOnce) {
  Bench bench;
  bench.space.candidates.resize(3);
  const auto found = search(bench.space, bench.rules, bench.tools).value();
  ASSERT_EQ(found.rungs.size(), 1U);
  EXPECT_EQ(found.rungs[0].repetitions, 8);
  EXPECT_TRUE(found.winner);
}

TEST(Search, AnInterruptionKeepsWhatIsDone) {
  Bench bench;
  int calls = 0;
  bench.tools.measure = [&](const RungRequest& request) -> Result<Recorded> {
    Recorded recorded = bench.landscape.measure(request);
    if (++calls == 2) {
      recorded.experiment.status = record::ExperimentStatus::interrupted;
      recorded.runs.resize(3);
    }
    return recorded;
  };
  const auto found = search(bench.space, bench.rules, bench.tools).value();
  EXPECT_TRUE(found.interrupted);
  EXPECT_FALSE(found.winner);
  EXPECT_FALSE(found.closest);
  EXPECT_EQ(found.trials.size(), 56U);
  EXPECT_EQ(calls, 2);
}

TEST(Search, OutputsThatDifferTooMuchFallBeforeAnythingIsMeasured) {
  Bench bench;
  bench.rules.limits = {parse_limit("accuracy>99%").value()};
  int asked = 0;
  bench.tools.answers = [&](const record::PlanPoint& point) -> Result<Answers> {
    ++asked;
    const std::int64_t same = point.precision == "f32" ? 64 : 60;
    return Answers{.agreement = record::Agreement{
                       .images = 64, .same = same, .share = {static_cast<double>(same) / 64.0, 0.0, 1.0}}};
  };
  const auto found = search(bench.space, bench.rules, bench.tools).value();
  EXPECT_EQ(asked, 2);
  EXPECT_EQ(found.winner->precision, "f32");
  EXPECT_EQ(found.rungs.front().candidates, 28);
  bench.rules.limits = {parse_limit("accuracy>100%").value()};
  bench.tools.answers = [](const record::PlanPoint&) -> Result<Answers> {
    return Answers{.agreement = record::Agreement{.images = 64, .same = 60, .share = {60.0 / 64.0, 0.0, 1.0}}};
  };
  const auto none = search(bench.space, bench.rules, bench.tools).value();
  EXPECT_TRUE(none.rungs.empty());
  ASSERT_TRUE(none.closest);
  EXPECT_EQ(none.closest->limit, "accuracy>100%");
}

TEST(Search, LabelledImagesAreWhatAnAccuracyLimitMeans) {
  Bench bench;
  bench.rules.limits = {parse_limit("accuracy>75%").value()};
  bench.tools.answers = [&](const record::PlanPoint& point) -> Result<Answers> {
    const double top1 = point.precision == "f32" ? 0.76 : 0.74;
    return Answers{.accuracy =
                       record::Accuracy{.set = "val", .images = 1000, .top1 = {top1, top1 - 0.03, top1 + 0.03}}};
  };
  const auto found = search(bench.space, bench.rules, bench.tools).value();
  ASSERT_TRUE(found.winner);
  EXPECT_EQ(found.winner->precision, "f32");
  EXPECT_EQ(found.trials.front().accuracy->top1.value, 0.76);
  EXPECT_FALSE(found.trials.front().agreement);
}

TEST(Search, AModelThatIsNeverRightIsStillTheClosest) {
  Bench bench;
  bench.rules.limits = {parse_limit("accuracy>75%").value()};
  bench.tools.answers = [](const record::PlanPoint&) -> Result<Answers> {
    return Answers{.accuracy = record::Accuracy{.set = "val", .images = 10, .top1 = {0.0, 0.0, 0.3}}};
  };
  const auto found = search(bench.space, bench.rules, bench.tools).value();
  ASSERT_TRUE(found.closest);
  EXPECT_EQ(found.closest->limit, "accuracy>75%");
  EXPECT_EQ(found.closest->value, 0.0);
}

TEST(Search, ModelsThatCannotBeJudgedFallWithTheReason) {
  Bench bench;
  bench.tools.answers = [&](const record::PlanPoint& point) -> Result<Answers> {
    if (point.precision == "f32") return Answers{};
    return fail(ErrorKind::usage, "10 classes, but the model has 1000 outputs");
  };
  const auto found = search(bench.space, bench.rules, bench.tools).value();
  EXPECT_EQ(found.winner->precision, "f32");
  EXPECT_TRUE(std::ranges::any_of(found.fallen, [](const record::Fallen& fallen) {
    return fallen.reason == "its outputs cannot be judged: 10 classes, but the model has 1000 outputs";
  }));
}

TEST(Search, WithoutAnyEnergyThereIsAnError) {
  Bench bench;
  bench.tools.measure = [&](const RungRequest& request) -> Result<Recorded> {
    Recorded recorded = bench.landscape.measure(request);
    for (record::Run& run : recorded.runs) run.windows.back().total = {.reason = "permission"};
    return recorded;
  };
  const auto found = search(bench.space, bench.rules, bench.tools);
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().kind, ErrorKind::not_measurable);
  EXPECT_NE(found.error().message.find("permission"), std::string::npos);
}

TEST(Search, AnEmptySpaceHasNeitherWinnerNorClosest) {
  Bench bench;
  bench.space.candidates.clear();
  const auto found = search(bench.space, bench.rules, bench.tools).value();
  EXPECT_FALSE(found.winner);
  EXPECT_FALSE(found.closest);
  EXPECT_TRUE(found.rungs.empty());
}

}  // namespace
}  // namespace wattlens::optimisation
