#include "experiment/lifecycle.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"

namespace wattlens::experiment {
namespace {

using base::Seconds;

record::Run run_of(std::int64_t order, std::int64_t block, std::string point, double elapsed) {
  record::Run run;
  run.order = order;
  run.block = block;
  run.point = std::move(point);
  run.elapsed = Seconds{elapsed};
  return run;
}

TEST(ExperimentId, SortsByTime) {
  const base::SystemClock clock;
  const std::string id = new_experiment_id(clock, 1);
  EXPECT_EQ(id.size(), 20U);
  EXPECT_EQ(id[8], 'T');
  EXPECT_EQ(id[15], '-');
}

// After a crash the record is as it was at the begin: what is known comes from the runs.
TEST(Reopen, GoesOnAfterTheLastRun) {
  const base::SystemClock clock;
  record::Experiment experiment = new_experiment(clock, 1);
  experiment.stops = {{"a", "interrupted"}};
  experiment.finished_at = "2026-11-21T10:00:00Z";
  experiment.status = record::ExperimentStatus::interrupted;
  const std::vector<record::Run> runs = {run_of(0, 0, "b", 1.0), run_of(1, 0, "a", 2.0), run_of(3, 1, "a", 4.5)};
  const Position position = reopen(experiment, runs, {}, {}, {{"changed", "", "the kernel", ""}}, clock);
  EXPECT_EQ(position.order, 4);
  EXPECT_EQ(position.block, 1);
  EXPECT_EQ(position.spent.value, 4.5);
  EXPECT_EQ(experiment.status, record::ExperimentStatus::running);
  EXPECT_EQ(experiment.order, (std::vector<std::string>{"b", "a", "a"}));
  EXPECT_TRUE(experiment.stops.empty());
  EXPECT_EQ(experiment.finished_at, "");
  EXPECT_EQ(experiment.resumptions.at(0).first_run, 4);
  EXPECT_EQ(experiment.warnings.at(0).code, "changed");
}

TEST(Close, TellsHowItEnded) {
  const base::SystemClock clock;
  record::Experiment experiment = new_experiment(clock, 1);
  std::vector<record::Run> runs = {run_of(0, 0, "a", 1.0)};
  runs[0].status = record::RunStatus::failed;
  close(experiment, runs, false, Seconds{2.0}, clock);
  EXPECT_EQ(experiment.status, record::ExperimentStatus::failed);
  runs[0].status = record::RunStatus::done;
  close(experiment, runs, false, Seconds{2.0}, clock);
  EXPECT_EQ(experiment.status, record::ExperimentStatus::done);
  close(experiment, runs, true, Seconds{2.0}, clock);
  EXPECT_EQ(experiment.status, record::ExperimentStatus::interrupted);
  EXPECT_EQ(experiment.elapsed.value, 2.0);
}

}  // namespace
}  // namespace wattlens::experiment
