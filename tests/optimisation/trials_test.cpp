#include "optimisation/trials.h"

#include <gtest/gtest.h>

#include <cmath>

#include "landscape.h"
#include "stats/proportion.h"

namespace wattlens::optimisation {
namespace {

using base::Joules;
using base::Seconds;

TEST(Trials, NothingMeasuredHasNoNumbers) {
  experiment::Recorded recorded;
  recorded.experiment.points = {usual_space().base};
  const auto trials = trials_of({&recorded, 1}, 0, 0.95);
  ASSERT_EQ(trials.size(), 1U);
  EXPECT_FALSE(trials[0].energy);
  EXPECT_FALSE(trials[0].failure.empty());
  EXPECT_FALSE(cost_of(usual_space().base, {&recorded, 1}));
}

// Two repetitions each: single t intervals would be 12.7 standard errors wide, the pooled one is not.
TEST(Trials, ThePooledIntervalHoldsTheTruthAboutAsOftenAsItSays) {
  const Space space = usual_space();
  int inside = 0;
  int all = 0;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    Landscape landscape(space.candidates, seed);
    const auto recorded =
        landscape.measure({.effort = {Seconds{0.5}, 2, 2, Seconds{0.25}}, .points = space.candidates});
    for (const record::Trial& trial : trials_of({&recorded, 1}, 0, 0.95)) {
      const double truth = landscape.of(trial.point.id).energy_j;
      inside += trial.energy->low.value <= truth && truth <= trial.energy->high.value ? 1 : 0;
      ++all;
      EXPECT_LT(trial.energy->high / trial.energy->low, 1.5);
    }
  }
  const double share = static_cast<double>(inside) / all;
  EXPECT_GT(share, 0.92);
  EXPECT_LT(share, 0.98);
}

TEST(Trials, ALatencyCountsTheBatchesInFlight) {
  const Space space = usual_space();
  Landscape landscape(space.candidates, 3, 0.0, 0.0);
  auto recorded = landscape.measure({.effort = {Seconds{0.5}, 2, 2, Seconds{0.25}}, .points = {space.base}});
  const auto one = trials_of({&recorded, 1}, 0, 0.95);
  for (record::Run& run : recorded.runs) run.workload.streams = 3;
  const auto three = trials_of({&recorded, 1}, 0, 0.95);
  EXPECT_NEAR(one[0].latency->value.value, landscape.of(space.base.id).batch_s, 1e-9);
  EXPECT_NEAR(three[0].latency->value / one[0].latency->value, 3.0, 1e-9);
  EXPECT_NEAR(three[0].p99->value / one[0].p99->value, 3.0, 1e-9);
  EXPECT_DOUBLE_EQ(three[0].throughput->value, one[0].throughput->value);
}

TEST(Spent, EveryPartOfTheTimeHasItsEnergyOnce) {
  const Space space = usual_space();
  Landscape landscape(space.candidates, 3, 0.0, 0.0);
  const auto recorded = landscape.measure({.effort = {Seconds{1.0}, 4, 1, Seconds{0.25}}, .points = {space.base}});
  const record::Spent spent = spent_on(recorded);
  const double batch = landscape.of(space.base.id).batch_s;
  EXPECT_NEAR(spent.windows.value, 4 * Landscape::kPower * std::ceil(1.0 / batch) * batch, 1e-6);
  EXPECT_NEAR(spent.warm_ups.value, 4 * 0.25 * Landscape::kPower, 1e-6);
  EXPECT_DOUBLE_EQ(spent.preparations.value, 60.0);  // one worker, prepared once
  EXPECT_NEAR(spent.rest.value, 3.0 * Landscape::kIdle, 1e-6);
  EXPECT_TRUE(spent.complete);
  EXPECT_EQ(spent.provenance, record::Provenance::simulated);
  const auto cost = cost_of(space.base, {&recorded, 1});
  ASSERT_TRUE(cost);
  EXPECT_NEAR(cost->of({Seconds{1.0}, 4, 1, Seconds{0.25}}).value, 60.0 + 4 * 1.25 * Landscape::kPower, 1e-6);
}

TEST(Spent, WithoutEnergiesItIsALowerBound) {
  const Space space = usual_space();
  Landscape landscape(space.candidates, 3);
  auto recorded = landscape.measure({.effort = {Seconds{1.0}, 2, 1, Seconds{0.25}}, .points = {space.base}});
  recorded.runs.back().windows.back().total.value.reset();
  EXPECT_FALSE(spent_on(recorded).complete);
}

TEST(Payback, ItFollowsTheIntervalOfTheSaving) {
  const auto found = payback(Joules{100.0}, Joules{2.0}, {0.5, 0.4, 0.75});
  ASSERT_TRUE(found);
  EXPECT_DOUBLE_EQ(found->value, 100.0);
  EXPECT_NEAR(found->low, 100.0 / 1.2, 1e-9);
  EXPECT_DOUBLE_EQ(found->high, 200.0);
  EXPECT_TRUE(std::isinf(payback(Joules{100.0}, Joules{2.0}, {0.9, 0.8, 1.01})->high));
  EXPECT_FALSE(payback(Joules{100.0}, Joules{2.0}, {1.0, 0.8, 1.2}));
  EXPECT_FALSE(payback(Joules{100.0}, Joules{0.0}, {0.5, 0.4, 0.6}));
}

TEST(Agreement, SoManyImagesShowTheShare) {
  EXPECT_EQ(images_to_show(0.5), 64);
  EXPECT_EQ(images_to_show(0.99), 381);
  EXPECT_GT(stats::wilson_interval(381, 381)->interval.low, 0.99);
  EXPECT_EQ(images_to_show(0.9999), 512);
  EXPECT_EQ(images_to_show(1.0), 512);
}

}  // namespace
}  // namespace wattlens::optimisation
