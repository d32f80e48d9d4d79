#include "meter/nvml_meter.h"

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <string>
#include <vector>

#include "fake/fake_clock.h"
#include "fake/temp_tree.h"

namespace wattlens::meter {
namespace {

using base::Seconds;
using record::ChannelKind;
using record::Provenance;
using testing::ElementsAre;
using testing::HasSubstr;

// The steady clock of the machine, moved on by a test: a counter that goes by it moves while the meter looks.
class NvmlMeters : public testing::Test {
 protected:
  NvmlMeters() {
    ::setenv("WATTLENS_NVML_SCRIPT", (tree_ / "nvml.txt").c_str(), 1);
    lines_ = {{"driver", "535.54.03"}, {"count", "1"}};
    board(0, "9.0");
  }
  ~NvmlMeters() override { ::unsetenv("WATTLENS_NVML_SCRIPT"); }

  void board(int index, const std::string& capability) {
    const std::string key = fmt::format("{}.", index);
    lines_[key + "name"] = "NVIDIA Example";
    lines_[key + "uuid"] = fmt::format("GPU-{}", index);
    lines_[key + "capability"] = capability;
    lines_[key + "limit"] = "700000";
    lines_[key + "energy"] = "clock 100000";
    lines_[key + "usage"] = "100000";
  }

  void write() {
    std::string text;
    for (const auto& [key, value] : lines_) text += fmt::format("{} {}\n", key, value);
    tree_.write("nvml.txt", text);
  }
  void set(const std::string& key, const std::string& value) {
    lines_[key] = value;
    write();
  }

  void open() {
    write();
    auto opened = open_nvml_meter({.clock = &clock_, .nvml_library = WATTLENS_NVML_STAND_IN});
    meter_.reset();
    error_ = {};
    if (!opened) {
      error_ = opened.error();
      return;
    }
    meter_ = std::move(*opened);
    readings_.assign(meter_->channels().size(), Reading{});
  }

  // The value of a channel in uJ or uW, or nothing where the read failed.
  std::optional<std::int64_t> read(std::size_t index = 0) {
    do {
      clock_.sleep_until(clock_.now() + base::seconds(0.01));
      EXPECT_TRUE(meter_->read(readings_).has_value());
    } while (readings_[index].status == ReadStatus::not_asked);
    if (readings_[index].status != ReadStatus::ok) return std::nullopt;
    return readings_[index].value;
  }
  const record::Channel& channel(std::size_t index = 0) const { return meter_->channels()[index]; }

  fake::TempTree tree_;
  base::SystemClock clock_;
  std::map<std::string, std::string> lines_;
  std::unique_ptr<Meter> meter_;
  Error error_;
  std::vector<Reading> readings_;
};

TEST_F(NvmlMeters, WithoutADriverThereIsNoneAndTheHintSaysWhatToInstall) {
  const auto opened = open_nvml_meter({.clock = &clock_, .nvml_library = (tree_ / "libnvidia-ml.so.1").string()});
  ASSERT_FALSE(opened.has_value());
  EXPECT_EQ(opened.error().kind, ErrorKind::not_measurable);
  EXPECT_THAT(opened.error().message, HasSubstr("no NVIDIA driver"));
  EXPECT_THAT(opened.error().hint, HasSubstr("--gpus all"));
}

TEST_F(NvmlMeters, AnotherRootHasNoneBecauseTheDriverIsThisMachines) {
  const auto opened = open_nvml_meter({.root = tree_.root(), .clock = &clock_, .nvml_library = WATTLENS_NVML_STAND_IN});
  ASSERT_FALSE(opened.has_value());
  EXPECT_EQ(opened.error().kind, ErrorKind::not_measurable);
}

TEST_F(NvmlMeters, ADriverThatDoesNotAnswerIsNamed) {
  lines_["init"] = "9";
  open();
  EXPECT_THAT(error_.message, HasSubstr("DRIVER_NOT_LOADED"));
  EXPECT_THAT(error_.hint, HasSubstr("modprobe nvidia"));
  lines_["init"] = "18";
  open();
  EXPECT_THAT(error_.message, HasSubstr("LIB_RM_VERSION_MISMATCH"));
  EXPECT_THAT(error_.hint, HasSubstr("restart"));
  lines_.erase("init");
  lines_["count"] = "0";
  open();
  EXPECT_THAT(error_.message, HasSubstr("no GPU"));
}

TEST_F(NvmlMeters, ACounterThatMovesIsRead) {
  open();
  EXPECT_EQ(channel().id, "gpu.0");
  EXPECT_EQ(channel().kind, ChannelKind::counter);
  EXPECT_EQ(channel().method, "nvml");
  EXPECT_EQ(channel().provenance, Provenance::measured);
  EXPECT_EQ(channel().device, "GPU-0");
  EXPECT_THAT(channel().scope, HasSubstr("NVIDIA Example"));
  EXPECT_EQ(channel().caution, "");
  EXPECT_DOUBLE_EQ(channel().largest_power->value, 700.0);
  set("0.energy", "5000000");
  ASSERT_EQ(read(), 0);
  set("0.energy", "5000123");
  EXPECT_EQ(read(), 123'000);
}

TEST_F(NvmlMeters, ThePowerOfABoardWithACounterChecksIt) {
  lines_["0.average"] = "90000";
  open();
  ASSERT_EQ(meter_->channels().size(), 2U);
  const record::Channel& check = channel(1);
  EXPECT_EQ(check.id, "gpu.0.power");
  EXPECT_EQ(check.checks, "gpu.0");
  EXPECT_EQ(check.kind, ChannelKind::power);
  EXPECT_EQ(check.method, "nvml power (1 s average)");
  EXPECT_DOUBLE_EQ(check.averaging_window->value, 1.0);
  EXPECT_EQ(check.device, "GPU-0");
  EXPECT_EQ(check.caution, "");
  EXPECT_THAT(channel().covers, ElementsAre("gpu.0.power")) << "it must not be added to the total";
  EXPECT_EQ(channel().checks, "");
  EXPECT_EQ(read(1), 90'000'000);
  EXPECT_EQ(readings_[0].status, ReadStatus::ok);
}

TEST_F(NvmlMeters, ACounterWithoutAPowerReadingOfAKnownKindHasNoCheck) {
  lines_.erase("0.usage");
  open();
  EXPECT_EQ(meter_->channels().size(), 1U);
  lines_["0.usage"] = "100000";
  lines_["0.capability"] = "99.0";
  open();
  EXPECT_EQ(meter_->channels().size(), 1U) << "which share of the time its power sees is not known";
}

TEST_F(NvmlMeters, TheSpreadOfTheBoardsThatWereComparedWithAMeterIsTheChannels) {
  open();
  // Readings were 8.04 % too low to 13.17 % too high: the truth is 1/1.1317 to 1/0.9196 of one.
  EXPECT_NEAR(channel().gain_low, -0.1164, 1e-4);
  EXPECT_NEAR(channel().gain_high, 0.0874, 1e-4);
  ASSERT_TRUE(channel().offset.has_value());
  EXPECT_DOUBLE_EQ(channel().offset->low.value, -16.0);
  EXPECT_DOUBLE_EQ(channel().offset->high.value, 24.0);
  lines_["0.capability"] = "7.0";
  open();
  EXPECT_EQ(channel().gain_high, 0.0) << "no Volta board was compared";
}

TEST_F(NvmlMeters, WithoutACounterPowerIsReadWithAWarning) {
  lines_.erase("0.energy");
  lines_["0.average"] = "90000";
  lines_["0.instant"] = "95000";
  open();
  EXPECT_EQ(channel().kind, ChannelKind::power);
  EXPECT_THAT(channel().caution, HasSubstr("no energy counter"));
  EXPECT_EQ(channel().method, "nvml power (1 s average)") << "a Hopper's instant power sees a quarter of the time";
  EXPECT_DOUBLE_EQ(channel().averaging_window->value, 1.0);
  EXPECT_FALSE(channel().duty.has_value());
  EXPECT_EQ(read(), 90'000'000);
}

TEST_F(NvmlMeters, ACounterThatStandsStillWhilePowerIsDrawnIsNotBelieved) {
  lines_["0.energy"] = "777";
  open();
  EXPECT_EQ(channel().kind, ChannelKind::power);
  EXPECT_THAT(channel().caution, HasSubstr("stands still"));
}

TEST_F(NvmlMeters, ACounterOfABoardThatDrawsNothingMayStandStill) {
  lines_["0.energy"] = "777";
  lines_["0.usage"] = "0";
  open();
  EXPECT_EQ(channel().kind, ChannelKind::counter);
}

TEST_F(NvmlMeters, PowerIsReadInTheWayThatSeesMost) {
  struct Case {
    const char* capability;
    const char* driver;
    const char* method;
    double window_s;
    double duty;
  };
  lines_.erase("0.energy");
  lines_["0.average"] = "90000";
  lines_["0.instant"] = "95000";
  for (const Case& one : {Case{"8.6", "535.54.03", "nvml power (instant)", 0.1, 1.0},
                          Case{"8.9", "550.1", "nvml power (instant)", 0.1, 1.0},
                          Case{"9.0", "525.105.17", "nvml power (1 s average)", 1.0, 1.0},
                          Case{"8.0", "535.54.03", "nvml power (instant)", 0.025, 0.25},
                          Case{"7.5", "535.54.03", "nvml power (instant)", 0.1, 1.0},
                          Case{"7.0", "535.54.03", "nvml power (instant)", 0.01, 0.5}}) {
    lines_["0.capability"] = one.capability;
    lines_["driver"] = one.driver;
    open();
    EXPECT_EQ(channel().method, one.method) << one.capability;
    EXPECT_DOUBLE_EQ(channel().averaging_window->value, one.window_s) << one.capability;
    EXPECT_DOUBLE_EQ(channel().duty.value_or(1.0), one.duty) << one.capability;
  }
}

TEST_F(NvmlMeters, WhatPlainPowerMeansChangesWithTheDriver) {
  lines_.erase("0.energy");
  lines_["0.capability"] = "8.6";
  for (const auto& [driver, window_s] :
       std::map<std::string, double>{{"525.89.02", 1.0}, {"530.30.02", 0.1}, {"535.54.03", 1.0}}) {
    lines_["driver"] = driver;
    open();
    EXPECT_EQ(channel().method, "nvml power");
    EXPECT_DOUBLE_EQ(channel().averaging_window->value, window_s) << driver;
  }
}

TEST_F(NvmlMeters, ASensorOfWhichNothingIsKnownSaysSo) {
  lines_.erase("0.energy");
  lines_["0.capability"] = "99.0";
  open();
  EXPECT_EQ(channel().kind, ChannelKind::power);
  EXPECT_THAT(channel().caution, HasSubstr("not known"));
  EXPECT_EQ(channel().gain_high, 0.0);
}

TEST_F(NvmlMeters, NeitherCounterNorPowerIsMissingAndNotZero) {
  lines_.erase("0.energy");
  lines_.erase("0.usage");
  open();
  EXPECT_EQ(channel().provenance, Provenance::missing);
  EXPECT_EQ(channel().reason, "unsupported");
  EXPECT_EQ(read(), std::nullopt);
}

TEST_F(NvmlMeters, APowerThatNoBoardCanDrawIsNotBelieved) {
  lines_.erase("0.energy");
  open();
  set("0.usage", "1400000");
  EXPECT_EQ(read(), 1'400'000'000);
  set("0.usage", "1400001");
  EXPECT_EQ(read(), std::nullopt);
  set("0.usage", "4294967295");
  EXPECT_EQ(read(), std::nullopt);
}

TEST_F(NvmlMeters, ABoardThatMayNotBeOpenedSaysWhyAndHidesNoOther) {
  lines_["count"] = "3";
  board(1, "8.9");
  board(2, "8.9");
  lines_["0.handle"] = "error 4";
  lines_["1.handle"] = "error 15";
  open();
  ASSERT_GE(meter_->channels().size(), 3U);
  EXPECT_EQ(channel(0).reason, "permission");
  EXPECT_THAT(channel(0).hint, HasSubstr("/dev/nvidia"));
  EXPECT_EQ(channel(1).reason, "lost");
  EXPECT_EQ(channel(2).provenance, Provenance::measured);
  EXPECT_TRUE(read(2).has_value());
}

TEST_F(NvmlMeters, TwoBoardsAreTwoChannelsWithTheirOwnEnergy) {
  lines_["count"] = "2";
  board(1, "8.9");
  open();
  set("0.energy", "1000000");
  set("1.energy", "9000000");
  read();
  set("0.energy", "1001000");
  set("1.energy", "9005000");
  EXPECT_EQ(read(0), 1'000'000);
  EXPECT_EQ(readings_[1].value, 5'000'000);
  EXPECT_EQ(channel(1).id, "gpu.1");
  EXPECT_EQ(channel(1).device, "GPU-1");
}

TEST_F(NvmlMeters, ABoardThatIsLostMidRunIsAGapAndLosesNothingOfTheOthers) {
  lines_["count"] = "2";
  board(1, "8.9");
  open();
  set("0.energy", "1000000");
  read();
  set("0.energy", "error 15");
  EXPECT_EQ(read(0), std::nullopt);
  EXPECT_EQ(readings_[1].status, ReadStatus::ok);
  set("0.energy", "1002000");
  EXPECT_EQ(read(0), 2'000'000);
}

TEST_F(NvmlMeters, ADriverThatWasLoadedAnewIsAStepDownAndNoHugeEnergy) {
  open();
  set("0.energy", "500000000");
  std::int64_t last = read().value();
  bool stepped_down = false;
  for (int i = 1; i <= 6; ++i) {
    set("0.energy", std::to_string(i));
    const auto now = read();
    if (!now) continue;
    stepped_down |= *now < last;
    EXPECT_LT(*now, 1'000'000);
    last = *now;
  }
  EXPECT_TRUE(stepped_down);
}

TEST_F(NvmlMeters, ASliceIsMissingAndItsBoardIsReportedWithItsScope) {
  lines_["0.mig"] = "1";
  lines_["0.slices"] = "2";
  lines_["0.slice.0.uuid"] = "MIG-a";
  lines_["0.slice.1.uuid"] = "MIG-b";
  open();
  ASSERT_GE(meter_->channels().size(), 3U);
  EXPECT_EQ(channel(0).provenance, Provenance::measured);
  EXPECT_THAT(channel(0).scope, HasSubstr("all of its MIG slices"));
  EXPECT_THAT(channel(0).covers, ElementsAre("gpu.0.slice.0", "gpu.0.slice.1", "gpu.0.power"));
  for (std::size_t i : {1U, 2U}) {
    EXPECT_EQ(channel(i).provenance, Provenance::missing);
    EXPECT_EQ(channel(i).reason, "mig");
    EXPECT_THAT(channel(i).hint, HasSubstr("gpu.0"));
    EXPECT_EQ(read(i), std::nullopt);
  }
  EXPECT_EQ(channel(2).device, "MIG-b");
}

TEST_F(NvmlMeters, AVirtualGpuIsMissingBecauseOnlyTheHostCanMeasureTheBoard) {
  lines_["0.virtualization"] = "2";
  open();
  EXPECT_EQ(channel().provenance, Provenance::missing);
  EXPECT_EQ(channel().reason, "vgpu");
  EXPECT_THAT(channel().hint, HasSubstr("host"));
  lines_["0.virtualization"] = "1";
  open();
  EXPECT_EQ(channel().provenance, Provenance::measured) << "a board that is passed through has its own sensor";
}

// A clock on which each look at it takes a time.
class SlowClock final : public base::Clock {
 public:
  MonoTime now() const override { return now_ = now_ + step; }
  void sleep_until(MonoTime time) override { now_ = std::max(now_, time); }
  std::string wall_time() const override { return {}; }

  Seconds step;

 private:
  mutable MonoTime now_{1'000'000'000};
};

class SlowNvml : public NvmlMeters {
 protected:
  // What the readings of the next `time` were, sample by sample.
  std::vector<ReadStatus> statuses(SlowClock& clock, Seconds period, int samples) {
    std::vector<ReadStatus> seen;
    for (int i = 0; i < samples; ++i) {
      clock.sleep_until(clock.now() + period);
      EXPECT_TRUE(meter_->read(readings_).has_value());
      seen.push_back(readings_[0].status);
    }
    return seen;
  }
  void open_with(SlowClock& clock) {
    lines_["0.usage"] = "0";  // a counter that stands still is believed
    lines_["0.energy"] = "777";
    write();
    meter_ = open_nvml_meter({.clock = &clock, .nvml_library = WATTLENS_NVML_STAND_IN}).value();
    readings_.assign(meter_->channels().size(), Reading{});
  }
};

constexpr ReadStatus kOk = ReadStatus::ok;
constexpr ReadStatus kRests = ReadStatus::not_asked;

TEST_F(SlowNvml, AGaugeIsAskedFourTimesPerUpdateAtMost) {
  lines_.erase("0.energy");
  lines_["0.average"] = "90000";
  write();
  SlowClock clock;
  meter_ = open_nvml_meter({.clock = &clock, .nvml_library = WATTLENS_NVML_STAND_IN}).value();
  readings_.assign(1, Reading{});
  ASSERT_DOUBLE_EQ(channel().update_period->value, 0.1);
  EXPECT_THAT(statuses(clock, Seconds{0.01}, 7), ElementsAre(kOk, kRests, kRests, kOk, kRests, kRests, kOk));
  set("0.average", "error 15");
  EXPECT_THAT(statuses(clock, Seconds{0.03}, 1), ElementsAre(ReadStatus::failed));
}

TEST_F(SlowNvml, AFastCounterIsAskedInEverySample) {
  SlowClock clock;
  open_with(clock);
  EXPECT_THAT(statuses(clock, Seconds{0.01}, 3), ElementsAre(kOk, kOk, kOk));
  EXPECT_THAT(statuses(clock, Seconds{0.001}, 4), ElementsAre(kRests, kOk, kRests, kOk));
}

TEST_F(SlowNvml, ACounterThatAnswersSlowlyIsLeftAloneForTenTimesAsLong) {
  SlowClock clock;
  open_with(clock);
  clock.step = {0.0024};
  const auto seen = statuses(clock, Seconds{0.01}, 10);
  EXPECT_EQ(seen[0], kOk);
  EXPECT_LE(std::ranges::count(seen, kOk), 5);
  EXPECT_GE(std::ranges::count(seen, kOk), 3);
  EXPECT_EQ(std::ranges::count(seen, ReadStatus::failed), 0);
}

}  // namespace
}  // namespace wattlens::meter
