#include "meter/load_meter.h"

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "fake/fake_clock.h"
#include "fake/paths.h"
#include "fake/temp_tree.h"
#include "machine/machine.h"
#include "meter/load_model.h"

namespace wattlens::meter {
namespace {

using record::Provenance;

base::Path recorded(const char* name) { return fake::test_folder() / "machines" / name; }

// A copy of a recorded machine whose processors' times the test sets.
class LoadMeters : public testing::Test {
 protected:
  void open(const char* name) {
    tree_.copy_from(recorded(name));
    machine_ = machine::read_machine(tree_.root());
    auto meter = open_load_meter({.root = tree_.root(), .clock = &clock_, .machine = machine_});
    ASSERT_TRUE(meter.has_value()) << meter.error().message;
    meter_ = std::move(*meter);
    readings_.resize(meter_->channels().size());
  }
  // Busy and idle ticks of every processor.
  void times(const std::vector<std::pair<int, int>>& processors) {
    std::string text = "cpu  0 0 0 0 0 0 0 0 0 0\n";
    for (std::size_t i = 0; i < processors.size(); ++i) {
      text += fmt::format("cpu{} {} 0 0 {} 0 0 0 0 0 0\n", i, processors[i].first, processors[i].second);
    }
    tree_.write("proc/stat", text + "intr 1 2 3\n");
  }
  std::int64_t read(std::size_t channel) {
    EXPECT_TRUE(meter_->read(readings_).has_value());
    return readings_[channel].status == ReadStatus::ok ? readings_[channel].value : -1;
  }
  // What the model says for that load, in uJ over one second.
  double expected(double load, double share = 1.0) const {
    const auto model = LoadModel::for_machine(machine_).value();
    return model.processor_power(load, model.cores() * share).value * 1e6;
  }

  fake::TempTree tree_;
  fake::FakeClock clock_;
  record::MachineState machine_;
  std::unique_ptr<Meter> meter_;
  std::vector<Reading> readings_;
};

TEST_F(LoadMeters, AnEmptyTreeIsNotMeasurable) {
  const auto meter = open_load_meter({.root = tree_.root(), .clock = &clock_, .machine = {}});
  ASSERT_FALSE(meter.has_value());
  EXPECT_EQ(meter.error().kind, ErrorKind::not_measurable);
}

TEST_F(LoadMeters, EveryChannelIsModelledWithTheModelsSpread) {
  open("cloud-vm");
  ASSERT_EQ(meter_->channels().size(), 2U);
  EXPECT_EQ(meter_->channels()[0].id, "cpu.package.0");
  EXPECT_EQ(meter_->channels()[1].id, "cpu.dram.0");
  for (const auto& channel : meter_->channels()) {
    EXPECT_EQ(channel.kind, record::ChannelKind::model);
    EXPECT_EQ(channel.provenance, Provenance::modelled);
    EXPECT_EQ(channel.method, "load_model");
    EXPECT_LT(channel.gain_low, 0.0);
    EXPECT_GT(channel.gain_high, 0.0);
  }
}

TEST_F(LoadMeters, EnergyIsTheModelsPowerTimesTheTime) {
  open("cloud-vm");
  times({{0, 1000}, {0, 1000}});
  EXPECT_EQ(read(0), 0);
  clock_.advance(base::seconds(1));
  times({{50, 1050}, {100, 1000}});  // 75 % of both
  EXPECT_NEAR(static_cast<double>(read(0)), expected(0.75), 1.0);
  clock_.advance(base::seconds(1));
  times({{50, 1150}, {100, 1100}});  // idle
  EXPECT_NEAR(static_cast<double>(read(0)), expected(0.75) + expected(0.0), 2.0);
}

TEST_F(LoadMeters, MemoryUsesEnergyWhateverTheLoad) {
  open("cloud-vm");
  times({{0, 1000}, {0, 1000}});
  read(1);
  clock_.advance(base::seconds(2));
  times({{200, 1000}, {200, 1000}});
  const double watts = LoadModel::for_machine(machine_).value().memory_power(machine_.memory).value;
  EXPECT_NEAR(static_cast<double>(read(1)), watts * 2e6, 2.0);
}

TEST_F(LoadMeters, EachSocketHasItsOwnLoad) {
  open("xeon-two-sockets");
  ASSERT_EQ(meter_->channels().size(), 4U);
  std::vector<std::pair<int, int>> all(8, {0, 0});
  times(all);
  read(0);
  clock_.advance(base::seconds(1));
  for (const std::size_t processor : {0, 1, 4, 5}) all[processor] = {100, 0};  // socket 0
  for (const std::size_t processor : {2, 3, 6, 7}) all[processor] = {0, 100};
  times(all);
  EXPECT_NEAR(static_cast<double>(read(0)), expected(1.0, 0.5), 1.0);
  EXPECT_NEAR(static_cast<double>(read(1)), expected(0.0, 0.5), 1.0);
}

TEST_F(LoadMeters, BetweenStepsTheEnergyStandsStill) {
  open("cloud-vm");
  times({{0, 1000}, {0, 1000}});
  read(0);
  clock_.advance(base::seconds(0.1));
  times({{10, 1000}, {10, 1000}});
  const std::int64_t first = read(0);
  EXPECT_GT(first, 0);
  clock_.advance(base::seconds(0.01));
  EXPECT_EQ(read(0), first);
}

TEST_F(LoadMeters, AFailedReadIsAGapThatLosesNothing) {
  open("cloud-vm");
  times({{0, 1000}, {0, 1000}});
  read(0);
  clock_.advance(base::seconds(0.5));
  tree_.write("proc/stat", "");
  EXPECT_EQ(read(0), -1);
  clock_.advance(base::seconds(0.5));
  times({{100, 1000}, {100, 1000}});
  EXPECT_NEAR(static_cast<double>(read(0)), expected(1.0), 1.0);
}

}  // namespace
}  // namespace wattlens::meter
