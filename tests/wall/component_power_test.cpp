#include "wall/component_power.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wattlens::wall {
namespace {

using record::Samples;
using testing::ElementsAre;
using testing::HasSubstr;

TEST(ComponentPower, WithoutStretchesThereIsNone) {
  const ComponentPower power;
  EXPECT_TRUE(power.empty());
  EXPECT_FALSE(power.mean({0.0}, {1.0}));
}

TEST(ComponentPower, AMeanLiesWithinOneStretch) {
  ComponentPower power;
  power.add({{0.0}, {1.0}, {2.0}}, {{0.0}, {10.0}, {40.0}});
  power.add({{5.0}, {6.0}}, {{100.0}, {150.0}});
  power.add({{7.0}}, {{1.0}});  // no duration
  EXPECT_DOUBLE_EQ(power.mean({0.5}, {1.5})->value, 20.0);
  EXPECT_DOUBLE_EQ(power.mean({5.0}, {6.0})->value, 50.0);
  EXPECT_FALSE(power.mean({1.5}, {5.5}));
  EXPECT_FALSE(power.mean({5.5}, {6.1}));
  EXPECT_FALSE(power.mean({-0.1}, {0.5}));
  EXPECT_FALSE(power.mean({1.0}, {1.0}));
  EXPECT_DOUBLE_EQ(power.covered().value, 3.0);
  EXPECT_DOUBLE_EQ(power.end().value, 6.0);
}

record::Experiment experiment() {
  record::Experiment experiment{.id = "20261121T100000-1", .created_at = "2026-11-21T10:00:00Z"};
  experiment.channels = {{.id = "cpu.package.0", .kind = record::ChannelKind::counter},
                         {.id = "gpu.0", .kind = record::ChannelKind::power},
                         {.id = "cpu.dram.0", .provenance = record::Provenance::missing}};
  for (int i = 0; i < 2; ++i) experiment.channels[i].provenance = record::Provenance::measured;
  return experiment;
}

record::Run run_with(std::vector<std::string> sums) {
  record::Run run;
  run.elapsed = {100.0};
  run.windows.push_back({.sums = std::move(sums)});
  // The counter moves every second sample; the gauge shows 50 W.
  run.samples = {.channels = {"cpu.package.0", "gpu.0"},
                 .time_us = {1'000'000, 1'500'000, 2'000'000, 2'500'000, 3'000'000},
                 .values = {{0, 0, 30'000'000, 30'000'000, 60'000'000},
                            {50'000'000, 50'000'000, Samples::kNoReading, 50'000'000, 50'000'000}}};
  return run;
}

TEST(ExperimentPower, AddsUpWhatTheTotalsAddUp) {
  const auto found = experiment_power(experiment(), {run_with({"cpu.package.0", "gpu.0"})});
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_NEAR(found->power.mean({0.0}, {2.0})->value, 80.0, 1e-9);
  EXPECT_THAT(found->sums, ElementsAre("cpu.package.0", "gpu.0"));
  EXPECT_THAT(found->leaves_out, ElementsAre("cpu.dram.0"));
  EXPECT_FALSE(found->modelled);
  // 10:00:00 and 100 s less the 2 s of its samples.
  EXPECT_EQ(found->began_at, 1'795'255'200'000'000'000 + 98'000'000'000);
}

TEST(ExperimentPower, ACounterThatStandsStillBetweenMovementsHasPower) {
  const auto found = experiment_power(experiment(), {run_with({"cpu.package.0"})});
  ASSERT_TRUE(found);
  EXPECT_DOUBLE_EQ(found->power.mean({0.1}, {0.4})->value, 30.0);
}

TEST(ExperimentPower, WithoutSamplesOrWithDifferentSumsThereIsNone) {
  EXPECT_FALSE(experiment_power(experiment(), {}));
  const auto again = experiment_power(experiment(), {run_with({"gpu.0"}), run_with({"gpu.0"})});
  ASSERT_FALSE(again);
  EXPECT_THAT(again.error().message, HasSubstr("do not follow each other"));
  EXPECT_FALSE(experiment_power(experiment(), {record::Run{}}));
  const auto mixed = experiment_power(experiment(), {run_with({"cpu.package.0"}), run_with({"gpu.0"})});
  ASSERT_FALSE(mixed);
  EXPECT_THAT(mixed.error().message, HasSubstr("different channels"));
}

}  // namespace
}  // namespace wattlens::wall
