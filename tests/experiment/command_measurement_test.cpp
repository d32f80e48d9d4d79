#include "experiment/command_measurement.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "fake/fake_meter.h"

namespace wattlens::experiment {
namespace {

using base::Joules;
using base::Seconds;

// Real commands, beside a simulated sensor of 100 W.
class CommandMeasurementTest : public ::testing::Test {
 protected:
  static fake::FakeChannel steady(std::string id) {
    fake::FakeChannel fake;
    fake.channel = fake::counter_channel(std::move(id));
    fake.channel.update_period = Seconds{0.001};
    return fake;
  }
  void use(std::vector<fake::FakeChannel> channels) {
    std::vector<std::unique_ptr<meter::Meter>> list;
    list.push_back(std::make_unique<fake::FakeMeter>(clock_, std::move(channels)));
    meters_.emplace(std::move(list));
  }
  Result<record::Measurement> measure(const std::string& line, bool attribute = false) {
    const CommandRequest request{.command = {.words = {"sh", "-c", line}, .ignored_signals = {}},
                                 .channels = {meters_->channels().begin(), meters_->channels().end()},
                                 .idle = {},
                                 .attribute = attribute};
    return measure_command(
        request, {clock_, *meters_, cancel_, [this](const CommandProgress& progress) { told_.push_back(progress); }});
  }

  base::SystemClock clock_;
  base::Cancellation cancel_;
  std::optional<meter::MeterSet> meters_;
  std::vector<CommandProgress> told_;
};

TEST_F(CommandMeasurementTest, TheEnergyIsThatOfTheWindow) {
  use({steady("cpu.package.0")});
  const auto run = measure("sleep 0.3; exit 4");
  ASSERT_TRUE(run) << run.error().message;
  EXPECT_EQ(run->exit_status, 4);
  const Seconds duration = run->window.duration();
  EXPECT_GE(duration, Seconds{0.3});
  ASSERT_TRUE(run->window.total.value);
  // Each edge may be wrong by one update at most, of 1 ms: that always holds, the interval only 19 times of 20.
  EXPECT_NEAR(run->window.total.value->value, 100.0 * duration.value, 2 * 0.001 * 100.0);
  EXPECT_LE(run->window.total.relative->high - run->window.total.relative->low, Joules{0.4});
  EXPECT_TRUE(run->resolvable);
  EXPECT_FALSE(run->idle_before.empty());
  EXPECT_FALSE(run->idle_after.empty());
  EXPECT_GT(run->own_cost.wake_ups, 10);
}

TEST_F(CommandMeasurementTest, WithoutASensorTheCommandRunsAllTheSame) {
  use({});
  const auto run = measure("exit 3");
  ASSERT_TRUE(run);
  EXPECT_EQ(run->exit_status, 3);
  EXPECT_FALSE(run->window.total.value);
  EXPECT_FALSE(run->resolvable);
}

TEST_F(CommandMeasurementTest, AnInterruptBeforeTheCommandKeepsItFromBeginning) {
  use({steady("cpu.package.0")});
  cancel_.request();
  const auto run = measure("exit 0");
  ASSERT_FALSE(run);
  EXPECT_EQ(run.error().kind, ErrorKind::cancelled);
}

TEST_F(CommandMeasurementTest, ItTellsHowItGoesOnceASecond) {
  use({steady("cpu.package.0")});
  ASSERT_TRUE(measure("sleep 1.2"));
  ASSERT_EQ(told_.size(), 1U);
  EXPECT_NEAR(told_[0].power.value, 100.0, 10.0);
  EXPECT_NEAR(told_[0].energy.value, 100.0 * told_[0].elapsed.value, 20.0);
}

TEST_F(CommandMeasurementTest, TheShareByProcessorTimeIsKnownOrHasAReason) {
  use({steady("cpu.package.0")});
  const auto run = measure("sleep 0.1", true);
  ASSERT_TRUE(run);
  ASSERT_TRUE(run->attribution);
  EXPECT_NE(run->attribution->energy.has_value(), !run->attribution->reason.empty());
}

record::Measurement run_of(double energy_j, double half_width_j) {
  record::Measurement run;
  run.window.end = run.window.begin + Seconds{1.0};
  record::Energy& total = run.window.total;
  total.value = Joules{energy_j};
  total.provenance = record::Provenance::measured;
  total.relative = {Joules{energy_j - half_width_j}, Joules{energy_j + half_width_j}};
  return run;
}

TEST(CommandMeans, OfTheRunsThatHaveAnEnergyWithStudentsInterval) {
  record::MeasurementSeries series;
  for (const double energy : {9.0, 10.0, 11.0}) series.runs.push_back(run_of(energy, 0.1));
  series.runs.push_back({});
  add_means(series);
  ASSERT_TRUE(series.mean.value);
  EXPECT_DOUBLE_EQ(series.mean.value->value, 10.0);
  // t(0.975, 2) / sqrt(3) = 2.484.
  EXPECT_NEAR(series.mean.relative->high.value, 12.484, 1e-3);
  EXPECT_FALSE(series.mean.absolute);
  EXPECT_FALSE(series.net_mean.value);
}

TEST(CommandMeans, AreNoNarrowerThanWhatSingleRunsAreUncertainBy) {
  record::MeasurementSeries series;
  for (int i = 0; i < 4; ++i) series.runs.push_back(run_of(10.0, 2.0));
  add_means(series);
  EXPECT_NEAR(series.mean.relative->high.value, 11.0, 1e-9);
}

TEST(CommandMeans, DoNotReduceTheSensorsGain) {
  record::MeasurementSeries series;
  for (int i = 0; i < 4; ++i) {
    record::Measurement run = run_of(10.0, 0.0);
    run.window.total.absolute = {Joules{9.0}, Joules{13.0}};
    series.runs.push_back(run);
  }
  add_means(series);
  EXPECT_NEAR(series.mean.absolute->low.value, 9.0, 1e-9);
  EXPECT_NEAR(series.mean.absolute->high.value, 13.0, 1e-9);
}

TEST(CommandMeans, OfOneRunThereAreNone) {
  record::MeasurementSeries series;
  series.runs.push_back(run_of(10.0, 1.0));
  add_means(series);
  EXPECT_FALSE(series.mean.value);
}

}  // namespace
}  // namespace wattlens::experiment
