#include "experiment/runner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "experiment/runner_fixture.h"
#include "experiment/summary.h"

namespace wattlens::experiment {
namespace {

using ::testing::HasSubstr;

using RunnerTest = RunnerFixture;

TEST_F(RunnerTest, EveryPointIsRepeatedInBlocksAndStoredAtOnce) {
  std::size_t seen = 0;
  progress_ = [&](const Progress& progress) {
    if (!progress.run) return;
    EXPECT_EQ(sink_.runs.size(), ++seen);
    EXPECT_LE(progress.runs, progress.runs_expected);
  };
  const auto outcome = run();
  ASSERT_TRUE(outcome) << outcome.error().message;
  ASSERT_EQ(sink_.runs.size(), 4U);
  EXPECT_EQ(seen, 4U);
  std::map<std::int64_t, std::set<std::string>> blocks;
  for (const record::Run& run : sink_.runs) {
    EXPECT_EQ(run.status, record::RunStatus::done);
    EXPECT_GT(run.samples.size(), 1U);
    blocks[run.block].insert(run.point);
  }
  EXPECT_EQ(blocks[0].size(), 2U);
  EXPECT_EQ(blocks[1].size(), 2U);
  ASSERT_TRUE(sink_.ended);
  EXPECT_EQ(sink_.ended->status, record::ExperimentStatus::done);
  EXPECT_EQ(sink_.ended->stops.size(), 2U);
  EXPECT_EQ(sink_.ended->stops[0].reason, "repetitions");
  EXPECT_EQ(sink_.ended->order.size(), 4U);
}

TEST_F(RunnerTest, AComparisonThatIsDecidedEndsAfterAWholeBlock) {
  plan_.effort.repetitions = 5;
  std::vector<std::size_t> asked;
  decided_ = [&](const record::Experiment&, std::span<const record::Run> runs) {
    asked.push_back(runs.size());
    return runs.size() >= 4;
  };
  const auto outcome = run();
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->runs.size(), 4U);
  EXPECT_EQ(asked, (std::vector<std::size_t>{2, 4}));
  for (const auto& stop : outcome->experiment.stops) EXPECT_EQ(stop.reason, "decided");
  EXPECT_EQ(outcome->experiment.status, record::ExperimentStatus::done);
}

TEST_F(RunnerTest, TheMachineIsSetForEveryRunAndARunWithoutItsSettingsFails) {
  plan_.axes.settings = {"", "cpu.turbo=off"};
  std::vector<std::string> asked;
  set_machine_ = [&](const record::PlanPoint& point) -> Result<std::vector<record::Warning>> {
    asked.push_back(point.settings);
    if (point.settings.empty()) return std::vector<record::Warning>{{"setting_rounded", "", "a little", ""}};
    return fail(ErrorKind::not_measurable, "may not be changed");
  };
  const auto outcome = run();
  ASSERT_TRUE(outcome) << outcome.error().message;
  ASSERT_EQ(asked.size(), sink_.runs.size());
  for (std::size_t i = 0; i < asked.size(); ++i) {
    EXPECT_EQ(sink_.runs[i].status, asked[i].empty() ? record::RunStatus::done : record::RunStatus::failed);
    EXPECT_EQ(sink_.runs[i].warnings.empty(), !asked[i].empty());
  }
  EXPECT_THAT(asked, ::testing::Contains("cpu.turbo=off"));
}

TEST_F(RunnerTest, EnergyPerImageIsPowerTimesTimePerImage) {
  plan_.effort.repetitions = 4;
  plan_.effort.window = Seconds{0.2};  // a busy machine moves an edge by milliseconds
  plan_.effort.idle = Seconds{0.5};    // and lets the sampler miss a tenth of a second
  const auto outcome = run();
  ASSERT_TRUE(outcome);
  const auto summary = summarise(outcome->experiment, outcome->runs);
  const auto& point = summary.points[0];
  ASSERT_TRUE(point.energy_per_image.value);
  // Power x time holds whatever the machine does to the time of a batch, of one image here. The mean of times: it is
  // not one over the mean of rates where the repetitions scatter.
  const double expected = kPower * point.batch_time->value.value;
  EXPECT_NEAR(point.energy_per_image.value->value, expected, 0.1 * expected);
  ASSERT_FALSE(outcome->experiment.idle_before.empty());
  EXPECT_NEAR(outcome->experiment.idle_before[0].power.value, kPower, 2.0);
  // Idle power equals the load's power here: nothing is left, and nothing is clamped.
  EXPECT_NEAR(point.net_energy_per_image.value->value, 0.0, 0.1 * point.energy_per_image.value->value);
}

TEST_F(RunnerTest, APointThatCannotBePreparedCostsOnlyItself) {
  special_["b"].prepare_error = Error{ErrorKind::run_failed, "batch too large for memory", "use a smaller batch"};
  const auto outcome = run();
  ASSERT_TRUE(outcome);
  const auto summary = summarise(outcome->experiment, outcome->runs);
  EXPECT_EQ(summary.points[0].repetitions, 2);
  EXPECT_EQ(summary.points[1].repetitions, 0);
  EXPECT_EQ(summary.points[1].failure->message, "batch too large for memory");
  EXPECT_EQ(summary.points[1].stop_reason, "failed");
  EXPECT_EQ(outcome->experiment.status, record::ExperimentStatus::done);
}

TEST_F(RunnerTest, AWrongOutputIsNeverTimed) {
  special_["b"].check = record::CheckStatus::failed;
  const auto outcome = run();
  ASSERT_TRUE(outcome);
  const auto point = summarise(outcome->experiment, outcome->runs).points[1];
  EXPECT_FALSE(point.images_per_s);
  EXPECT_EQ(point.output_check.status, record::CheckStatus::failed);
  EXPECT_THAT(point.failure->message, HasSubstr("output is wrong"));
}

TEST_F(RunnerTest, AWorkloadThatDiesIsTriedOnceMore) {
  special_["b"].run_error = Error{ErrorKind::run_failed, "the worker died", ""};
  const auto outcome = run();
  ASSERT_TRUE(outcome);
  const auto summary = summarise(outcome->experiment, outcome->runs);
  EXPECT_EQ(summary.points[1].failed, 2);
  EXPECT_EQ(summary.points[1].stop_reason, "failed");
  EXPECT_EQ(summary.points[0].repetitions, 2);
}

TEST_F(RunnerTest, CtrlCEndsCleanlyAndKeepsWhatIsDone) {
  plan_.effort.repetitions = 1000;
  progress_ = [&](const Progress& progress) {
    if (progress.run && progress.runs == 3) cancel_.request();
  };
  const auto outcome = run();
  ASSERT_TRUE(outcome);
  EXPECT_EQ(sink_.runs.size(), 3U);
  ASSERT_TRUE(sink_.ended);
  EXPECT_EQ(sink_.ended->status, record::ExperimentStatus::interrupted);
  EXPECT_EQ(sink_.ended->stops[0].reason, "interrupted");
}

TEST_F(RunnerTest, AFullDiskEndsTheExperimentAndKeepsTheResults) {
  sink_.full_after = 1;
  const auto outcome = run();
  ASSERT_TRUE(outcome);
  ASSERT_TRUE(outcome->storage_failure);
  EXPECT_EQ(outcome->storage_failure->kind, ErrorKind::io);
  EXPECT_EQ(outcome->runs.size(), 2U);
  EXPECT_EQ(outcome->experiment.status, record::ExperimentStatus::interrupted);
}

TEST_F(RunnerTest, ADisturbedWindowIsRepeatedAndThenFlagged) {
  neighbours_.other_cores = 0.5;
  plan_.effort.repetitions = 1;
  const auto outcome = run();
  ASSERT_TRUE(outcome);
  for (const record::Run& run : outcome->runs) {
    EXPECT_EQ(run.windows.size(), 1U);
    EXPECT_TRUE(std::ranges::any_of(run.warnings, [](const auto& w) { return w.code == "measured_again"; }));
    EXPECT_TRUE(std::ranges::any_of(run.warnings, [](const auto& w) { return w.code == "neighbour"; }));
  }
}

TEST_F(RunnerTest, NeighboursThatAreNotKnownAreSaidToBeUnknown) {
  neighbours_.other_cores.reset();
  plan_.effort.repetitions = 1;
  const auto outcome = run();
  ASSERT_TRUE(outcome);
  EXPECT_TRUE(
      std::ranges::any_of(outcome->runs[0].warnings, [](const auto& w) { return w.code == "neighbours_unknown"; }));
}

TEST_F(RunnerTest, ABudgetIsKeptAndEveryPointHasARepetition) {
  special_["b"].batch = Seconds{0.1};
  plan_.effort.repetitions.reset();
  plan_.effort.window.reset();
  plan_.effort.target = 1e-9;
  plan_.effort.budget = Seconds{6.0};
  const auto outcome = run();
  ASSERT_TRUE(outcome);
  Seconds measured;
  for (const record::Run& run : outcome->runs) measured += run.warm_up + run.windows.back().duration();
  EXPECT_LT(measured, *plan_.effort.budget);
  const auto summary = summarise(outcome->experiment, outcome->runs);
  // How many there are hangs on what else the machine does; that heavy points get fewer is in schedule_test.cpp.
  EXPECT_GE(summary.points[0].repetitions, 1);
  EXPECT_GE(summary.points[1].repetitions, 1);
  EXPECT_EQ(summary.points[0].stop_reason, "budget");
}

TEST_F(RunnerTest, MemoryForOneModelOnlyStillMeasuresAll) {
  machine_.memory = base::mebibytes(15);
  const auto outcome = run();
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->runs.size(), 4U);
}

TEST_F(RunnerTest, MakingAModelReadyHasItsEnergyApart) {
  plan_.axes.models = {"a"};
  special_["a"] = {.ready = Seconds{0.2}};
  const auto outcome = run();
  ASSERT_TRUE(outcome);
  ASSERT_EQ(outcome->runs.size(), 2U);
  for (const record::Run& run : outcome->runs) {
    ASSERT_EQ(run.preparation.size(), 1U);
    const record::Phase& ready = run.preparation.front();
    EXPECT_GE(ready.duration(), Seconds{0.2});
    ASSERT_TRUE(ready.gross.value) << ready.gross.reason;
    // Not its interval, which holds the truth 19 times of 20; a sample that comes late moves an end by as much.
    EXPECT_NEAR(ready.gross.value->value, kPower * ready.duration().value, 1.0);
    EXPECT_NEAR(ready.net.value->value, 0.0, 1.0);
    EXPECT_LT(ready.end, run.windows.front().begin);
  }
  // Both runs were done by one worker.
  EXPECT_EQ(outcome->runs[0].preparation[0].begin, outcome->runs[1].preparation[0].begin);
  const auto summary = summarise(outcome->experiment, outcome->runs);
  EXPECT_EQ(summary.points[0].preparation.size(), 1U);
}

}  // namespace
}  // namespace wattlens::experiment
