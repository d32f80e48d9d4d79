#include "experiment/summary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "experiment/plan.h"

namespace wattlens::experiment {
namespace {

using base::Joules;
using base::Seconds;
using ::testing::ElementsAre;

record::Experiment experiment_of(std::vector<std::int64_t> batches) {
  record::Experiment experiment;
  experiment.id = "e";
  Axes axes;
  axes.models = {"resnet50"};
  axes.batches = std::move(batches);
  experiment.points = plan_points(axes);
  return experiment;
}

// One second of work: `images` images, `energy` joules known to +/- 10 % (absolute) and +/- 1 % (relative).
record::Run run_of(const record::PlanPoint& point, std::int64_t block, std::int64_t images, double energy) {
  record::Run run;
  run.experiment = "e";
  run.point = point.id;
  run.block = block;
  record::Window window;
  window.end = window.begin + Seconds{1.0};
  window.images = images;
  window.batches = images / point.batch;
  window.total = {.value = Joules{energy},
                  .absolute = record::Interval<Joules>{Joules{0.9 * energy}, Joules{1.1 * energy}},
                  .relative = record::Interval<Joules>{Joules{0.99 * energy}, Joules{1.01 * energy}},
                  .provenance = record::Provenance::measured,
                  .method = "powercap"};
  window.net_total = window.total;
  run.windows = {window};
  return run;
}

TEST(Summary, OfNoRunsHasThePointsAndNoNumbers) {
  const auto summary = summarise(experiment_of({1, 8}), {});
  ASSERT_EQ(summary.points.size(), 2U);
  EXPECT_EQ(summary.points[0].repetitions, 0);
  EXPECT_FALSE(summary.points[0].images_per_s);
  EXPECT_EQ(summary.points[0].energy_per_image.provenance, record::Provenance::missing);
  EXPECT_TRUE(summary.savings.empty());
}

TEST(Summary, OneRepetitionHasAValueAndNoInterval) {
  const auto experiment = experiment_of({1});
  const record::Run runs[] = {run_of(experiment.points[0], 0, 100, 50.0)};
  const auto point = summarise(experiment, runs).points[0];
  EXPECT_DOUBLE_EQ(point.images_per_s->value, 100.0);
  EXPECT_TRUE(std::isnan(point.images_per_s->low));
  EXPECT_DOUBLE_EQ(point.energy_per_image.value->value, 0.5);
  // The single window's own uncertainty remains.
  EXPECT_NEAR(point.energy_per_image.relative->high.value, 0.505, 1e-9);
}

TEST(Summary, MeansComeWithStudentsInterval) {
  const auto experiment = experiment_of({1});
  std::vector<record::Run> runs;
  for (const std::int64_t images : {98, 100, 102}) runs.push_back(run_of(experiment.points[0], 0, images, 50.0));
  const auto point = summarise(experiment, runs).points[0];
  EXPECT_EQ(point.repetitions, 3);
  EXPECT_DOUBLE_EQ(point.images_per_s->value, 100.0);
  EXPECT_NEAR(point.images_per_s->high, 100.0 + 4.302652729911275 * 2.0 / std::sqrt(3.0), 1e-6);
  EXPECT_NEAR(point.batch_time->value.value, (1 / 98.0 + 1 / 100.0 + 1 / 102.0) / 3.0, 1e-12);
}

TEST(Summary, SpeedAndGrossEnergyAreNeverSaidToBeNegative) {
  const auto experiment = experiment_of({1});
  std::vector<record::Run> runs;
  for (const double joules : {1.0, 1.0, 100.0}) {
    runs.push_back(run_of(experiment.points[0], 0, static_cast<std::int64_t>(joules), joules * joules));
  }
  const auto point = summarise(experiment, runs).points[0];
  EXPECT_EQ(point.images_per_s->low, 0.0);
  EXPECT_GT(point.images_per_s->high, 100.0);
  EXPECT_EQ(point.energy_per_image.relative->low.value, 0.0);
  EXPECT_EQ(point.energy_per_image.absolute->low.value, 0.0);
  EXPECT_LT(point.net_energy_per_image.relative->low.value, 0.0) << "net energy may be negative";
}

TEST(Summary, TheSensorsGainDoesNotShrinkWithRepetitions) {
  const auto experiment = experiment_of({1});
  std::vector<record::Run> runs;
  for (int i = 0; i < 30; ++i) runs.push_back(run_of(experiment.points[0], i, 100, 50.0));
  const auto energy = summarise(experiment, runs).points[0].energy_per_image;
  EXPECT_NEAR(energy.relative->high.value, 0.5 * (1.0 + 0.01 / std::sqrt(30.0)), 1e-9);
  // 10 % in all, of which 1 % belongs to each window alone.
  const double shared = std::sqrt(0.1 * 0.1 - 0.01 * 0.01);
  EXPECT_NEAR(energy.absolute->high.value, 0.5 * (1.0 + std::hypot(shared, 0.01 / std::sqrt(30.0))), 1e-9);
}

TEST(Summary, TheIdlePowerIsSharedByAllRepetitions) {
  const auto experiment = experiment_of({1});
  std::vector<record::Run> runs;
  for (int i = 0; i < 30; ++i) {
    runs.push_back(run_of(experiment.points[0], i, 100, 50.0));
    // 20 J above idle, known to 3 J where the window itself is known to 0.5 J.
    runs.back().windows[0].net_total = {.value = Joules{20.0},
                                        .relative = record::Interval<Joules>{Joules{17.0}, Joules{23.0}},
                                        .provenance = record::Provenance::measured};
  }
  const auto net = summarise(experiment, runs).points[0].net_energy_per_image;
  const double shared = std::sqrt(0.03 * 0.03 - 0.005 * 0.005);
  EXPECT_NEAR(net.relative->high.value, 0.2 + std::hypot(shared, 0.005 / std::sqrt(30.0)), 1e-9);
}

TEST(Summary, OneModelledWindowMakesTheMeanModelled) {
  const auto experiment = experiment_of({1});
  record::Run runs[] = {run_of(experiment.points[0], 0, 100, 50.0), run_of(experiment.points[0], 1, 100, 50.0),
                        run_of(experiment.points[0], 2, 100, 50.0)};
  runs[1].windows[0].total.provenance = record::Provenance::modelled;
  EXPECT_EQ(summarise(experiment, runs).points[0].energy_per_image.provenance, record::Provenance::modelled);
}

TEST(Summary, AMissingEnergyKeepsItsReasonAndIsNeverZero) {
  const auto experiment = experiment_of({1});
  record::Run runs[] = {run_of(experiment.points[0], 0, 100, 50.0)};
  runs[0].windows[0].total = {.reason = "permission", .hint = "sudo"};
  const auto energy = summarise(experiment, runs).points[0].energy_per_image;
  EXPECT_FALSE(energy.value);
  EXPECT_EQ(energy.reason, "permission");
}

TEST(Summary, FailedRunsAreCountedAndKeepTheirError) {
  const auto experiment = experiment_of({1});
  record::Run runs[] = {run_of(experiment.points[0], 0, 100, 50.0), run_of(experiment.points[0], 1, 100, 50.0)};
  runs[1].status = record::RunStatus::failed;
  runs[1].failure = Error{ErrorKind::run_failed, "out of memory", ""};
  const auto point = summarise(experiment, runs).points[0];
  EXPECT_EQ(point.repetitions, 1);
  EXPECT_EQ(point.failed, 1);
  EXPECT_EQ(point.failure->message, "out of memory");
}

TEST(Summary, AnOutlierIsFlaggedAndKept) {
  const auto experiment = experiment_of({1});
  std::vector<record::Run> runs;
  for (const std::int64_t images : {100, 101, 99, 100, 101, 99, 100, 50}) {
    runs.push_back(run_of(experiment.points[0], 0, images, 50.0));
  }
  const auto point = summarise(experiment, runs).points[0];
  EXPECT_EQ(point.outliers, 1);
  EXPECT_EQ(point.repetitions, 8);
  EXPECT_LT(point.images_per_s->value, 99.0);
}

TEST(Summary, TheCheapestBatchIsComparedWithTheSmallestByBlock) {
  const auto experiment = experiment_of({8, 1, 32});
  std::vector<record::Run> runs;
  for (int block = 0; block < 6; ++block) {
    // The machine drifts by 20 % from block to block; the ratio does not.
    const double drift = 1.0 + 0.2 * block;
    runs.push_back(run_of(experiment.points[1], block, 96, 96.0 * drift));
    runs.push_back(run_of(experiment.points[0], block, 96, 48.0 * drift * (1.0 + 0.001 * (block % 2))));
    runs.push_back(run_of(experiment.points[2], block, 96, 60.0 * drift));
  }
  const auto savings = summarise(experiment, runs).savings;
  ASSERT_EQ(savings.size(), 1U);
  EXPECT_EQ(savings[0].best_batch, 8);
  EXPECT_EQ(savings[0].base_batch, 1);
  EXPECT_NEAR(savings[0].ratio->value, 0.5, 0.001);
  EXPECT_LT(savings[0].ratio->high, 0.51);
  EXPECT_EQ(savings[0].verdict, "less");
}

TEST(Summary, ARepetitionWithoutEnergyIsNamedAndTheOthersAreCompared) {
  const auto experiment = experiment_of({1, 8});
  std::vector<record::Run> runs;
  for (int block = 0; block < 6; ++block) {
    runs.push_back(run_of(experiment.points[0], block, 96, 96.0 + block));
    runs.push_back(run_of(experiment.points[1], block, 96, 48.0 + 0.5 * block));
  }
  runs[2].windows[0].total = {.reason = "counter reset"};
  const auto summary = summarise(experiment, runs);
  EXPECT_EQ(summary.points[0].energy_values.size(), 5U);
  EXPECT_THAT(summary.points[0].energy_blocks, ElementsAre(0, 2, 3, 4, 5));
  ASSERT_EQ(summary.points[0].warnings.size(), 1U);
  EXPECT_EQ(summary.points[0].warnings[0].code, "some_energies_missing");
  EXPECT_NEAR(summary.savings.at(0).ratio->value, 0.5, 1e-9);
}

TEST(Summary, RunsOfAnotherExperimentAreLeftOut) {
  const auto experiment = experiment_of({1});
  record::Run run = run_of(experiment.points[0], 0, 100, 50.0);
  run.experiment = "other";
  EXPECT_EQ(summarise(experiment, std::span(&run, 1)).points[0].repetitions, 0);
}

}  // namespace
}  // namespace wattlens::experiment
