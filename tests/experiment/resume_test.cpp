// An experiment that was interrupted and gone on with is the experiment that it would have been.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "experiment/runner_fixture.h"
#include "experiment/summary.h"

namespace wattlens::experiment {
namespace {

using ::testing::HasSubstr;

// A busy machine may let the sampler miss a tenth of a second.
constexpr Seconds kIdleOfABusyMachine{0.4};

class ResumeTest : public RunnerFixture {
 protected:
  ResumeTest() {
    plan_.axes.models = {"a", "b", "c"};
    plan_.effort.repetitions = 2;
    plan_.effort.warm_up_limit = Seconds{0.01};
    plan_.seed = 11;
  }

  // What a crash leaves in a store: the experiment as it was last updated, and the runs so far.
  Continuation crashed_after(std::size_t runs) const {
    Continuation left{.experiment = sink_.latest.value(), .runs = sink_.runs};
    left.runs.resize(runs);
    left.experiment.elapsed = {};
    return left;
  }

  void interrupt_after(std::int64_t runs) {
    progress_ = [this, runs](const Progress& progress) {
      if (progress.run && progress.runs == runs) cancel_.request();
    };
  }

  static std::vector<std::string> order_of(const std::vector<record::Run>& runs) {
    std::vector<std::string> order;
    for (const record::Run& run : runs) order.push_back(run.point + " in block " + std::to_string(run.block));
    return order;
  }
};

TEST_F(ResumeTest, WhereverItCrashedTheOrderIsThatOfOneThatDidNot) {
  const auto whole = run();
  ASSERT_TRUE(whole);
  ASSERT_EQ(whole->runs.size(), 6U);
  for (std::size_t runs = 0; runs <= whole->runs.size(); ++runs) {
    Continuation left = crashed_after(runs);
    sink_.runs = left.runs;
    const auto resumed = resume(std::move(left));
    ASSERT_TRUE(resumed) << resumed.error().message;
    EXPECT_EQ(order_of(resumed->runs), order_of(whole->runs)) << "after " << runs;
    EXPECT_EQ(order_of(sink_.runs), order_of(whole->runs)) << "only what was missing is added";
    EXPECT_EQ(resumed->experiment.order, whole->experiment.order);
    EXPECT_EQ(resumed->experiment.status, record::ExperimentStatus::done);
    EXPECT_EQ(resumed->experiment.id, whole->experiment.id);
    for (std::size_t i = 0; i < resumed->runs.size(); ++i) {
      EXPECT_EQ(resumed->runs[i].order, static_cast<std::int64_t>(i));
    }
    for (const record::PointStop& stop : resumed->experiment.stops) EXPECT_EQ(stop.reason, "repetitions");
    sink_.runs = whole->runs;
  }
}

TEST_F(ResumeTest, CtrlCKeepsAllButTheRunAtHand) {
  interrupt_after(4);
  const auto first = run();
  ASSERT_TRUE(first);
  ASSERT_EQ(sink_.runs.size(), 4U);
  EXPECT_EQ(sink_.ended->order.size(), 4U);
  EXPECT_GT(sink_.ended->elapsed, Seconds{});
}

TEST_F(ResumeTest, IdlePowerIsMeasuredAgainAndBothAreKept) {
  plan_.effort.idle = kIdleOfABusyMachine;
  ASSERT_TRUE(run());
  const auto resumed = resume(crashed_after(4));
  ASSERT_TRUE(resumed);
  const record::Experiment& experiment = resumed->experiment;
  EXPECT_FALSE(experiment.idle_before.empty());
  ASSERT_EQ(experiment.resumptions.size(), 1U);
  const record::Resumption& second = experiment.resumptions[0];
  EXPECT_EQ(second.first_run, 4);
  EXPECT_FALSE(second.idle_before.empty());
  EXPECT_FALSE(second.idle_loaded.empty());
  EXPECT_FALSE(second.idle_after.empty());
  EXPECT_EQ(second.channels.size(), 1U);
  EXPECT_EQ(second.machine.memory, machine_.memory);
}

TEST_F(ResumeTest, BaselinesReachTheSinkBeforeTheRunsDo) {
  plan_.effort.idle = kIdleOfABusyMachine;
  progress_ = [&](const Progress& progress) {
    if (!progress.run) return;
    ASSERT_TRUE(sink_.latest);
    EXPECT_FALSE(sink_.latest->idle_before.empty());
    EXPECT_FALSE(sink_.latest->idle_loaded.empty());
  };
  ASSERT_TRUE(run());
}

TEST_F(ResumeTest, OfACompleteExperimentOnlyTheEndIsLeft) {
  ASSERT_TRUE(run());
  sink_.ended.reset();
  const auto resumed = resume(crashed_after(6));
  ASSERT_TRUE(resumed);
  ASSERT_TRUE(sink_.ended);
  EXPECT_EQ(sink_.ended->status, record::ExperimentStatus::done);
  EXPECT_TRUE(resumed->experiment.resumptions[0].idle_before.empty()) << "nothing was measured";
}

TEST_F(ResumeTest, StopRulesSeeTheStoredRuns) {
  plan_.effort.repetitions.reset();
  plan_.effort.quick = true;
  plan_.effort.target = 5.0;  // reached at once, however a busy machine scatters
  plan_.axes.models = {"a"};
  const auto whole = run();
  ASSERT_TRUE(whole);
  ASSERT_EQ(whole->runs.size(), 5U);
  const auto resumed = resume(crashed_after(4));
  ASSERT_TRUE(resumed);
  EXPECT_EQ(resumed->runs.size(), 5U);
  EXPECT_EQ(resumed->experiment.stops[0].reason, "width");
}

TEST_F(ResumeTest, WindowsKeepTheirLengthUnderABudget) {
  plan_.axes.models = {"a"};
  plan_.effort.quick = true;
  plan_.effort.window.reset();
  plan_.effort.budget = Seconds{5.0};
  const auto whole = run();
  ASSERT_TRUE(whole);
  ASSERT_EQ(whole->runs.size(), 2U);
  ASSERT_TRUE(whole->runs[0].plan);
  Continuation left = crashed_after(1);
  left.runs[0].plan->window = Seconds{0.123};
  const auto resumed = resume(std::move(left));
  ASSERT_TRUE(resumed);
  ASSERT_EQ(resumed->runs.size(), 2U);
  EXPECT_EQ(resumed->runs.back().plan->window, Seconds{0.123});
}

TEST_F(ResumeTest, TheBudgetCountsTheTimeThatWasSpentBefore) {
  plan_.effort.budget = Seconds{60.0};
  ASSERT_TRUE(run());
  for (const record::Run& run : sink_.runs) EXPECT_GT(run.elapsed, Seconds{});
  Continuation left = crashed_after(4);
  left.runs.back().elapsed = Seconds{59.99};
  const auto resumed = resume(std::move(left));
  ASSERT_TRUE(resumed);
  EXPECT_EQ(resumed->runs.size(), 4U);
  EXPECT_TRUE(std::ranges::any_of(resumed->experiment.stops, [](const auto& stop) { return stop.reason == "budget"; }));
  EXPECT_GE(resumed->experiment.elapsed, Seconds{59.99});
}

TEST_F(ResumeTest, PointsThatFailedAreLeftOutUnlessAskedFor) {
  special_["b"].run_error = Error{ErrorKind::run_failed, "the worker died", ""};
  const auto whole = run();
  ASSERT_TRUE(whole);
  special_.clear();
  const auto left_out = resume(crashed_after(whole->runs.size() - 1));
  ASSERT_TRUE(left_out);
  EXPECT_EQ(summarise(left_out->experiment, left_out->runs).points[1].repetitions, 0);

  Continuation again = crashed_after(whole->runs.size());
  again.retry_failed = true;
  const auto tried = resume(std::move(again));
  ASSERT_TRUE(tried);
  for (const auto& point : summarise(tried->experiment, tried->runs).points) {
    EXPECT_EQ(point.repetitions, 2) << point.point.id;
    EXPECT_EQ(point.stop_reason, "repetitions");
  }
  // Who goes on once more, without the flag, sees that they work now.
  const auto third = resume({.experiment = tried->experiment, .runs = tried->runs});
  ASSERT_TRUE(third);
  EXPECT_EQ(third->experiment.stops[1].reason, "repetitions");
}

TEST_F(ResumeTest, AnotherEngineIsAWarningInTheDataAndOnceInTheExperiment) {
  ASSERT_TRUE(run());
  Continuation left = crashed_after(5);
  for (record::Run& run : left.runs) run.workload.engine_version = "fake 0";
  const auto resumed = resume(std::move(left));
  ASSERT_TRUE(resumed);
  const auto has_changed = [](const std::vector<record::Warning>& warnings) {
    return std::ranges::count(warnings, "engine_changed", &record::Warning::code);
  };
  EXPECT_EQ(has_changed(resumed->runs.back().warnings), 1);
  EXPECT_EQ(has_changed(resumed->experiment.warnings), 1);
  EXPECT_THAT(resumed->experiment.warnings.back().message, HasSubstr("fake 0"));
}

TEST_F(ResumeTest, WhatEveryRunMustSayIsInEveryRun) {
  run_warnings_ = {{"shared_machine", "", "process 1 is measuring", ""}};
  ASSERT_TRUE(run());
  for (const record::Run& run : sink_.runs) {
    EXPECT_EQ(std::ranges::count(run.warnings, "shared_machine", &record::Warning::code), 1);
  }
}

}  // namespace
}  // namespace wattlens::experiment
