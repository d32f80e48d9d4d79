#include "experiment/runner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "experiment/summary.h"
#include "fake/fake_workload.h"

namespace wattlens::experiment {
namespace {

using base::Seconds;
using ::testing::HasSubstr;

constexpr double kPower = 40.0;  // W

// A counter that moves with the clock.
class ConstantPower final : public meter::Meter {
 public:
  explicit ConstantPower(const base::Clock& clock) : clock_(clock), begin_(clock.now()) {
    channel_.id = "cpu.package.0";
    channel_.method = "constant";
    channel_.provenance = record::Provenance::measured;
    channel_.update_period = Seconds{0.001};
  }
  std::string_view name() const override { return "constant"; }
  std::span<const record::Channel> channels() const override { return std::span(&channel_, 1); }
  Result<void> read(std::span<meter::Reading> out) override {
    const base::MonoTime now = clock_.now();
    out[0] = {meter::ReadStatus::ok, static_cast<std::int64_t>((now - begin_).value * kPower * 1e6), now, now};
    return {};
  }

 private:
  const base::Clock& clock_;
  base::MonoTime begin_;
  record::Channel channel_;
};

class MemorySink final : public record::RunSink {
 public:
  Result<void> begin(const record::Experiment&) override { return {}; }
  Result<void> add(const record::Run& run) override {
    if (full_after && runs.size() >= *full_after) return fail(ErrorKind::io, "disk full");
    runs.push_back(run);
    return {};
  }
  Result<void> end(const record::Experiment& experiment) override {
    ended = experiment;
    return {};
  }
  std::vector<record::Run> runs;
  std::optional<record::Experiment> ended;
  std::optional<std::size_t> full_after;
};

class RunnerTest : public ::testing::Test {
 protected:
  RunnerTest() {
    plan_.axes.models = {"a", "b"};
    plan_.effort.window = Seconds{0.02};
    plan_.effort.idle = Seconds{0.1};
    plan_.effort.warm_up_limit = Seconds{0.3};
    plan_.effort.repetitions = 2;
    machine_.memory = base::mebibytes(1000);
    neighbours_.other_cores = 0.0;
  }

  Result<Outcome> run() {
    std::vector<std::unique_ptr<meter::Meter>> all;
    all.push_back(std::make_unique<ConstantPower>(clock_));
    meter::MeterSet meters(std::move(all));
    const Instruments instruments{
        .clock = clock_,
        .meters = meters,
        .neighbours = {.mark = [] {}, .forget = [] {}, .look = [this] { return neighbours_; }},
        .make_workload =
            [this](const record::PlanPoint& point) {
              const auto special = special_.find(point.model);
              return std::make_unique<fake::FakeWorkload>(
                  clock_, cancel_, special == special_.end() ? fake::FakeWorkloadOptions{} : special->second);
            },
        .sink = sink_,
        .cancel = cancel_,
        .progress = progress_,
    };
    return run_experiment(plan_, machine_, instruments);
  }

  base::SystemClock clock_;
  base::Cancellation cancel_;
  Plan plan_;
  record::MachineState machine_;
  record::Neighbours neighbours_;
  std::map<std::string, fake::FakeWorkloadOptions, std::less<>> special_;
  MemorySink sink_;
  ProgressSink progress_;
};

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

TEST_F(RunnerTest, EnergyPerImageIsPowerTimesTimePerImage) {
  plan_.effort.repetitions = 4;
  plan_.effort.window = Seconds{0.2};  // a busy machine moves an edge by milliseconds
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

TEST_F(RunnerTest, ABudgetIsKeptAndHeavyPointsGetFewerRepetitions) {
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
  EXPECT_GE(summary.points[0].repetitions, 2);
  EXPECT_GE(summary.points[1].repetitions, 1);
  EXPECT_EQ(summary.points[0].stop_reason, "budget");
}

TEST_F(RunnerTest, MemoryForOneModelOnlyStillMeasuresAll) {
  machine_.memory = base::mebibytes(15);
  const auto outcome = run();
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->runs.size(), 4U);
}

TEST(ExperimentId, SortsByTime) {
  base::SystemClock clock;
  const std::string id = new_experiment_id(clock, 1);
  EXPECT_EQ(id.size(), 20U);
  EXPECT_EQ(id[8], 'T');
  EXPECT_EQ(id[15], '-');
}

}  // namespace
}  // namespace wattlens::experiment
