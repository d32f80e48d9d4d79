#include "experiment/comparison.h"

#include <gtest/gtest.h>

#include "fake/comparison_trials.h"

namespace wattlens::experiment {
namespace {

using fake::Order;
using fake::Trial;
using fake::trial_runs;

const record::Finding& energy_of(const record::ComparisonResult& result) { return result.pairs.at(0).findings.at(0); }

// Runs of several sides whose energies are given block by block.
Recorded runs_of(const std::vector<std::vector<double>>& sides) {
  Recorded recorded;
  recorded.experiment.id = "trial";
  for (std::size_t side = 0; side < sides.size(); ++side) {
    const std::string id(1, static_cast<char>('A' + static_cast<char>(side)));
    recorded.experiment.points.push_back({.id = id, .model = id, .engine = std::string(record::kCommandEngine)});
    for (std::size_t block = 0; block < sides[side].size(); ++block) {
      recorded.runs.push_back(fake::trial_run(id, static_cast<std::int64_t>(block), sides[side][block]));
    }
  }
  return recorded;
}

TEST(ComparisonInBlocks, OfNothingAndOfOneSideHasNoPairs) {
  EXPECT_TRUE(compare_in_blocks({}, {}).pairs.empty());
  const auto alone = compare_in_blocks(runs_of({{1.0, 2.0}}), {});
  EXPECT_TRUE(alone.pairs.empty());
  EXPECT_EQ(alone.sides.at(0).runs, 2);
  EXPECT_FALSE(decided(alone));
}

TEST(ComparisonInBlocks, OneBlockGivesAReasonAndNoRatio) {
  const auto result = compare_in_blocks(runs_of({{1.0}, {2.0}}), {});
  EXPECT_FALSE(energy_of(result).ratio);
  EXPECT_NE(energy_of(result).reason, "");
  EXPECT_FALSE(decided(result));
}

TEST(ComparisonInBlocks, SidesWithoutABlockInCommonGiveAReason) {
  Recorded recorded = runs_of({{1.0, 1.1}, {2.0, 2.1}});
  for (record::Run& run : recorded.runs) run.block += run.point == "B" ? 10 : 0;
  EXPECT_FALSE(energy_of(compare_in_blocks(recorded, {})).ratio);
}

TEST(ComparisonInBlocks, EqualSidesAreEquivalentAndDecided) {
  const auto result = compare_in_blocks(runs_of({{5.0, 5.1, 5.2}, {5.0, 5.1, 5.2}}), {});
  EXPECT_EQ(energy_of(result).verdicts, std::vector<std::string>{"equivalent"});
  EXPECT_TRUE(decided(result));
}

TEST(ComparisonInBlocks, APartialTotalIsNotCompared) {
  Recorded recorded = runs_of({{5.0, 5.1, 5.2}, {1.0, 1.1, 1.2}});
  recorded.runs.back().windows.back().complete = false;
  recorded.runs.back().windows.back().missing = {"gpu.0"};
  const auto result = compare_in_blocks(recorded, {.fail_above = 0.03});
  EXPECT_EQ(energy_of(result).reason, "partial total: gpu.0 is missing");
  EXPECT_FALSE(result.pairs.at(0).over_limit);
  EXPECT_TRUE(result.pairs.at(0).findings.at(1).ratio) << "times are compared all the same";
}

TEST(ComparisonInBlocks, MissingEnergyTellsItsReason) {
  Recorded recorded = runs_of({{5.0, 5.1}, {1.0, 1.1}});
  for (record::Run& run : recorded.runs) {
    run.windows.back().total = {};
    run.windows.back().total.reason = "permission";
  }
  const auto result = compare_in_blocks(recorded, {});
  EXPECT_EQ(energy_of(result).reason, "no energy: permission");
  EXPECT_FALSE(result.pairs.at(0).findings.at(2).ratio);
}

TEST(ComparisonInBlocks, MeasuredAndModelledAreNotCompared) {
  Recorded recorded = runs_of({{5.0, 5.1}, {1.0, 1.1}});
  for (record::Run& run : recorded.runs) {
    if (run.point == "B") run.windows.back().total.provenance = record::Provenance::modelled;
  }
  EXPECT_FALSE(energy_of(compare_in_blocks(recorded, {})).ratio);
}

TEST(ComparisonInBlocks, ModelledEnergiesAreComparedWithAWarning) {
  Recorded recorded = runs_of({{5.0, 5.1}, {1.0, 1.1}});
  for (record::Run& run : recorded.runs) run.windows.back().total.provenance = record::Provenance::modelled;
  const auto result = compare_in_blocks(recorded, {});
  EXPECT_TRUE(energy_of(result).ratio);
  ASSERT_EQ(result.warnings.size(), 1U);
  EXPECT_EQ(result.warnings.front().code, "modelled");
}

TEST(ComparisonInBlocks, FailedRunsAreCountedAndNotCompared) {
  Recorded recorded = runs_of({{5.0, 5.1, 5.2}, {1.0, 1.1, 1.2}});
  recorded.runs.back().status = record::RunStatus::failed;
  const auto result = compare_in_blocks(recorded, {});
  EXPECT_EQ(result.sides.at(1).failed, 1);
  EXPECT_EQ(energy_of(result).pairs, 2);
}

TEST(ComparisonInBlocks, TheGateBreaksOnlyWhereTheWholeIntervalLiesAboveIt) {
  const Recorded five_more = runs_of({{1.00, 1.01, 0.99, 1.0}, {1.05, 1.06, 1.04, 1.05}});
  EXPECT_TRUE(*compare_in_blocks(five_more, {.fail_above = 0.03}).pairs.at(0).over_limit);
  EXPECT_FALSE(*compare_in_blocks(five_more, {.fail_above = 0.10}).pairs.at(0).over_limit);
  const Recorded unclear = runs_of({{1.0, 1.0, 1.0, 1.0}, {1.5, 0.8, 1.4, 0.9}});
  const auto result = compare_in_blocks(unclear, {.fail_above = 0.03});
  EXPECT_FALSE(*result.pairs.at(0).over_limit);
  EXPECT_FALSE(decided(result));
  EXPECT_FALSE(compare_in_blocks(five_more, {}).pairs.at(0).over_limit);
}

TEST(ComparisonInBlocks, AnIntervalThatHoldsTheGateIsNotDecided) {
  const Recorded near = runs_of({{1.00, 1.00, 1.00, 1.0}, {1.02, 1.04, 1.03, 1.035}});
  EXPECT_TRUE(decided(compare_in_blocks(near, {})));
  EXPECT_FALSE(decided(compare_in_blocks(near, {.fail_above = 0.03})));
}

TEST(ComparisonInBlocks, PlannedLooksAreStricter) {
  const Recorded recorded = trial_runs({.noise = 0.01, .difference = 0.01}, 6, Order::blocks, 3);
  const auto once = compare_in_blocks(recorded, {});
  const auto planned = compare_in_blocks(recorded, {.planned_looks = true});
  EXPECT_DOUBLE_EQ(energy_of(once).confidence, 0.95);
  EXPECT_DOUBLE_EQ(energy_of(planned).confidence, 0.985);
  EXPECT_LT(energy_of(planned).ratio->low, energy_of(once).ratio->low);
}

TEST(ComparisonInBlocks, AllPairsHaveHolmsLevelsAndLetters) {
  const Recorded recorded =
      runs_of({{1.00, 1.01, 0.99, 1.00, 1.0}, {1.00, 1.02, 0.985, 1.0, 1.01}, {2.0, 2.01, 1.99, 2.0, 2.02}});
  const auto result = compare_in_blocks(recorded, {.all_pairs = true});
  ASSERT_EQ(result.pairs.size(), 3U);
  EXPECT_EQ(result.letters, (std::vector<std::string>{"a", "a", "b"}));
  std::vector<double> confidences;
  for (const auto& pair : result.pairs) confidences.push_back(pair.findings.front().confidence);
  std::ranges::sort(confidences);
  EXPECT_NEAR(confidences.front(), 0.95, 1e-12);
  EXPECT_NEAR(confidences.back(), 1.0 - 0.05 / 3.0, 1e-12);
  EXPECT_EQ(compare_in_blocks(recorded, {}).pairs.size(), 2U) << "against the first only";
}

TEST(ComparisonInBlocks, ASignFlipPNeedsSixBlocks) {
  const auto differ = [](std::size_t blocks) {
    std::vector<double> base(blocks, 1.0);
    std::vector<double> candidate(blocks, 2.0);
    for (std::size_t i = 0; i < blocks; ++i) candidate[i] += 0.01 * static_cast<double>(i);
    return compare_in_blocks(runs_of({base, candidate}), {});
  };
  EXPECT_FALSE(energy_of(differ(5)).p_value);
  EXPECT_DOUBLE_EQ(energy_of(differ(6)).p_value.value_or(0.0), 1.0 / 32.0);
}

TEST(ComparisonInBlocks, AnOffsetOfTheSensorWidensTheRatio) {
  Recorded recorded = runs_of({{100.0, 101.0, 99.0, 100.0}, {50.0, 50.5, 49.5, 50.2}});
  const auto without = compare_in_blocks(recorded, {});
  record::Channel gpu{.id = "gpu.0", .provenance = record::Provenance::measured};
  gpu.offset = {{base::Watts{-1.0}, base::Watts{1.0}}};
  recorded.experiment.channels = {gpu};
  const auto with = compare_in_blocks(recorded, {});
  // 1 W at 100 W against 1 W at 50 W: 1 % of the ratio.
  EXPECT_NEAR(std::log(energy_of(with).ratio->high / energy_of(without).ratio->high), 0.01, 2e-4);
}

TEST(ComparisonInBlocks, WhatWouldNarrowItNamesBlocks) {
  const auto result = compare_in_blocks(trial_runs({.noise = 0.05}, 6, Order::blocks, 2), {.planned_looks = true});
  ASSERT_EQ(energy_of(result).verdicts.front(), "not distinguishable");
  ASSERT_FALSE(result.pairs.at(0).advice.empty());
  EXPECT_TRUE(result.pairs.at(0).advice.front().starts_with("more blocks: about "));
}

TEST(ComparisonApart, RefusesAnotherMachineAndOtherSensors) {
  const Recorded base = runs_of({{1.0, 1.1, 1.2}});
  Recorded other = base;
  other.experiment.machine.cpu.model_name = "Another CPU";
  const auto refused = compare_apart(base, other, "the baseline", {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::usage);
  EXPECT_TRUE(refused.error().message.starts_with("the baseline is of another machine"));
}

TEST(ComparisonApart, ComparesPointsOfEqualIdAndWarns) {
  const Recorded base = runs_of({{1.0, 1.01, 0.99, 1.0}, {3.0, 3.1, 3.2, 3.1}});
  const Recorded now = runs_of({{2.0, 2.02, 1.98, 2.0}});
  const auto result = compare_apart(base, now, "before", {.fail_above = 0.03});
  ASSERT_TRUE(result);
  ASSERT_EQ(result->pairs.size(), 1U);
  EXPECT_EQ(energy_of(*result).verdicts.front(), "more");
  EXPECT_FALSE(energy_of(*result).p_value);
  EXPECT_TRUE(*result->pairs.front().over_limit);
  EXPECT_EQ(result->warnings.back().code, "measured_apart");
}

TEST(ComparisonApart, OnePointEachIsComparedWhateverItsName) {
  Recorded now = runs_of({{2.0, 2.02, 1.98, 2.0}});
  now.experiment.points.front().id = "new";
  for (record::Run& run : now.runs) run.point = "new";
  EXPECT_TRUE(compare_apart(runs_of({{1.0, 1.01, 0.99, 1.0}}), now, "before", {}));
  const auto none = compare_apart(runs_of({{1.0, 1.01}, {1.0, 1.02}}), now, "before", {});
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().kind, ErrorKind::not_found);
}

// A small version of bench/comparison_trials.cpp; docs/statistics.md has its table.
template <class Method>
double share(const Trial& trial, Method method, int trials = 150) {
  int differs = 0;
  for (int i = 0; i < trials; ++i) differs += method(trial, static_cast<std::uint64_t>(i) + 1).differs ? 1 : 0;
  return static_cast<double>(differs) / trials;
}

TEST(ComparisonTrials, EqualSidesSeldomDiffer) {
  EXPECT_LE(share({.noise = 0.01}, fake::with_planned_looks), 0.09);
  EXPECT_LE(share({.noise = 0.05}, fake::with_planned_looks), 0.09);
}

TEST(ComparisonTrials, ThreePerCentAtOnePerCentOfNoiseAreFound) {
  EXPECT_GE(share({.noise = 0.01, .difference = 0.03}, fake::with_planned_looks), 0.9);
}

TEST(ComparisonTrials, DriftFoolsAllOfAAndThenAllOfBButNotBlocks) {
  const Trial drifting{.noise = 0.01, .drift = 0.05};
  const auto in_order = [](Order order) {
    return [order](const Trial& trial, std::uint64_t seed) { return fake::with_one_look(trial, order, seed); };
  };
  EXPECT_LE(share(drifting, in_order(Order::blocks), 60), 0.15);
  EXPECT_GE(share(drifting, in_order(Order::sequential), 60), 0.9);
}

}  // namespace
}  // namespace wattlens::experiment
