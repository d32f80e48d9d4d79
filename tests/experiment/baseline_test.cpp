#include "experiment/baseline.h"

#include <gtest/gtest.h>

#include "fake/comparison_trials.h"

namespace wattlens::experiment {
namespace {

TEST(Baseline, ComesBackAsItWasWritten) {
  Recorded recorded = fake::trial_runs({}, 3, fake::Order::blocks, 1);
  recorded.experiment.machine.cpu.model_name = "Example CPU";
  recorded.runs.front().windows.front().batch_us = {1'000'000};
  const std::string text = baseline_text(recorded);
  const auto back = baseline_from_text(text, "base.json");
  ASSERT_TRUE(back);
  EXPECT_EQ(back->experiment.machine.cpu.model_name, "Example CPU");
  EXPECT_EQ(back->runs.size(), 6U);
  EXPECT_TRUE(back->runs.front().windows.front().batch_us.empty());
  EXPECT_EQ(sides_of(*back).front().energy_values, sides_of(recorded).front().energy_values);
  EXPECT_EQ(baseline_text(*back), text);
}

TEST(Baseline, WhatIsNoneIsAUsageErrorThatNamesTheFile) {
  const std::string good = baseline_text(fake::trial_runs({}, 1, fake::Order::blocks, 1));
  std::string newer = good;
  newer.replace(newer.find("baseline/1"), 10, "baseline/2");
  for (const std::string& text :
       {std::string(), std::string("{"), std::string("[1]"), newer, std::string(R"({"schema": "wattlens.baseline/1"})"),
        good.substr(0, good.size() / 2)}) {
    const auto found = baseline_from_text(text, "base.json");
    ASSERT_FALSE(found) << text;
    EXPECT_EQ(found.error().kind, ErrorKind::usage);
    EXPECT_TRUE(found.error().message.starts_with("base.json is no baseline")) << found.error().message;
  }
  EXPECT_FALSE(read_baseline("/nowhere/base.json"));
}

}  // namespace
}  // namespace wattlens::experiment
