#include "meter/hwmon_meter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>
#include <utility>
#include <vector>

#include "base/json.h"
#include "fake/fake_clock.h"
#include "fake/temp_tree.h"
#include "meter/hwmon_sensors.h"

namespace wattlens::meter {
namespace {

using base::Json;
using record::ChannelKind;
using record::Provenance;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::UnorderedElementsAre;

class HwmonMeters : public testing::Test {
 protected:
  void write(const std::string& file, const std::string& text) { tree_.write("sys/class/hwmon/" + file, text + "\n"); }

  void jetson() {
    write("hwmon1/name", "ina3221");
    const std::vector<std::string> rails = {"VDD_IN", "VDD_CPU_GPU_CV", "VDD_SOC"};
    for (std::size_t i = 0; i < rails.size(); ++i) {
      const std::string number = std::to_string(i + 1);
      write("hwmon1/in" + number + "_label", rails[i]);
      write("hwmon1/in" + number + "_input", "5000");
      write("hwmon1/curr" + number + "_input", std::to_string(1000 * (3 - i)));
    }
  }

  void open() {
    meter_.reset();
    auto opened = open_hwmon_meter({.root = tree_.root(), .clock = &clock_});
    if (!opened) {
      error_ = opened.error();
      return;
    }
    meter_ = std::move(*opened);
    readings_.assign(meter_->channels().size(), Reading{});
  }
  std::vector<std::string> ids() const {
    std::vector<std::string> ids;
    for (const auto& channel : meter_->channels()) ids.push_back(channel.id);
    return ids;
  }
  const record::Channel& channel(const std::string& id) const { return meter_->channels()[index(id)]; }
  std::size_t index(const std::string& id) const {
    for (std::size_t i = 0; i < meter_->channels().size(); ++i) {
      if (meter_->channels()[i].id == id) return i;
    }
    throw std::runtime_error("no channel " + id);
  }
  // In uJ or uW; nothing where the read failed.
  std::optional<std::int64_t> read(const std::string& id, double after_s = 1.0) {
    clock_.advance(base::seconds(after_s));
    EXPECT_TRUE(meter_->read(readings_).has_value());
    const Reading& reading = readings_[index(id)];
    if (reading.status != ReadStatus::ok) return std::nullopt;
    return reading.value;
  }

  fake::TempTree tree_;
  fake::FakeClock clock_;
  std::unique_ptr<Meter> meter_;
  Error error_;
  std::vector<Reading> readings_;
};

TEST_F(HwmonMeters, AMachineWithThermometersOnlyHasNone) {
  write("hwmon0/name", "k10temp");
  write("hwmon0/temp1_input", "45000");
  open();
  EXPECT_EQ(meter_, nullptr);
  EXPECT_EQ(error_.kind, ErrorKind::not_measurable);
}

TEST_F(HwmonMeters, AnAmdBoardIsAGaugeWithTheLimitOfItsFirmware) {
  write("hwmon4/name", "amdgpu");
  write("hwmon4/power1_average", "91000000");
  write("hwmon4/power1_cap_max", "300000000");
  open();
  ASSERT_THAT(ids(), ElementsAre("gpu.amd.0"));
  EXPECT_EQ(channel("gpu.amd.0").kind, ChannelKind::power);
  EXPECT_EQ(channel("gpu.amd.0").provenance, Provenance::measured);
  EXPECT_DOUBLE_EQ(channel("gpu.amd.0").largest_power->value, 300.0);
  EXPECT_EQ(read("gpu.amd.0"), 91'000'000);
  write("hwmon4/power1_average", "600000001");
  EXPECT_EQ(read("gpu.amd.0"), std::nullopt) << "above twice the limit";
}

TEST_F(HwmonMeters, NewerAmdBoardsShowInstantPower) {
  write("hwmon4/name", "amdgpu");
  write("hwmon4/power1_input", "77000000");
  open();
  EXPECT_EQ(read("gpu.amd.0"), 77'000'000);
}

TEST_F(HwmonMeters, GraphicsInsideAProcessorAreShownApartBecauseThePackageHoldsThem) {
  write("hwmon4/name", "amdgpu");
  write("hwmon4/power1_average", "9000000");
  write("hwmon4/in1_label", "vddnb");
  open();
  ASSERT_THAT(ids(), ElementsAre("node.amdgpu"));
  EXPECT_THAT(channel("node.amdgpu").scope, HasSubstr("RAPL"));
}

TEST_F(HwmonMeters, AnIntelCardIsACounter) {
  write("hwmon2/name", "xe");
  write("hwmon2/energy1_input", "5000000");
  write("hwmon2/power1_rated_max", "190000000");
  open();
  ASSERT_THAT(ids(), ElementsAre("gpu.intel.0"));
  EXPECT_EQ(channel("gpu.intel.0").kind, ChannelKind::counter);
  EXPECT_EQ(read("gpu.intel.0"), 0);
  write("hwmon2/energy1_input", "6500000");
  EXPECT_EQ(read("gpu.intel.0"), 1'500'000);
}

TEST_F(HwmonMeters, TheRailsOfAJetsonAreVoltageTimesCurrentAndTheInputHoldsTheOthers) {
  jetson();
  open();
  ASSERT_THAT(ids(), UnorderedElementsAre("node.vdd_in", "node.vdd_cpu_gpu_cv", "node.vdd_soc"));
  EXPECT_EQ(read("node.vdd_in"), 15'000'000);
  EXPECT_EQ(readings_[index("node.vdd_soc")].value, 5'000'000);
  EXPECT_THAT(channel("node.vdd_in").covers, ElementsAre("node.vdd_cpu_gpu_cv", "node.vdd_soc"));
}

TEST_F(HwmonMeters, TheFirmwaresMeterTellsOfWhatItIsTheMean) {
  write("hwmon0/name", "power_meter");
  write("hwmon0/power1_average", "210000000");
  write("hwmon0/power1_average_interval", "1000");
  open();
  ASSERT_THAT(ids(), ElementsAre("node.acpi"));
  EXPECT_DOUBLE_EQ(channel("node.acpi").averaging_window->value, 1.0);
  EXPECT_EQ(read("node.acpi"), 210'000'000);
}

TEST_F(HwmonMeters, ASlowSensorIsNotAskedMoreOftenThanItsTableSays) {
  jetson();
  open();
  EXPECT_EQ(read("node.vdd_in"), 15'000'000);
  write("hwmon1/curr1_input", "4000");
  EXPECT_EQ(read("node.vdd_in", 0.01), 15'000'000);
  EXPECT_EQ(read("node.vdd_in", 0.05), 20'000'000);
}

TEST_F(HwmonMeters, BoardsAreNumberedByTheirPlaceOnTheBusAndNotByTheFolder) {
  tree_.write("sys/devices/pci/0000:83:00.0/hwmon/hwmon1/power1_average", "2000000\n");
  tree_.write("sys/devices/pci/0000:03:00.0/hwmon/hwmon9/power1_average", "1000000\n");
  for (const auto& [bus, folder] : {std::pair("0000:83:00.0", "hwmon1"), std::pair("0000:03:00.0", "hwmon9")}) {
    const std::string place = std::string("sys/devices/pci/") + bus + "/hwmon/" + folder;
    tree_.write(place + "/name", "amdgpu\n");
    tree_.link(place + "/device", "../..");
    tree_.link(std::string("sys/class/hwmon/") + folder, std::string("../../devices/pci/") + bus + "/hwmon/" + folder);
  }
  open();
  ASSERT_THAT(ids(), ElementsAre("gpu.amd.0", "gpu.amd.1"));
  EXPECT_EQ(channel("gpu.amd.0").device, "0000:03:00.0");
  EXPECT_EQ(read("gpu.amd.0"), 1'000'000);
}

TEST_F(HwmonMeters, ASensorThatCannotBeReadIsMissingAndNotZero) {
  write("hwmon4/name", "amdgpu");
  write("hwmon4/power1_average", "");
  open();
  EXPECT_EQ(channel("gpu.amd.0").provenance, Provenance::missing);
  EXPECT_EQ(channel("gpu.amd.0").reason, "unreadable");
  EXPECT_EQ(read("gpu.amd.0"), std::nullopt);
}

TEST_F(HwmonMeters, ABadReadIsAGapAndTheNextOneCounts) {
  write("hwmon4/name", "amdgpu");
  write("hwmon4/power1_average", "91000000");
  open();
  for (const char* bad : {"", "-1", "garbage", "99999999999999999999"}) {
    write("hwmon4/power1_average", bad);
    EXPECT_EQ(read("gpu.amd.0"), std::nullopt) << bad;
    write("hwmon4/power1_average", "92000000");
    EXPECT_EQ(read("gpu.amd.0"), 92'000'000) << bad;
  }
}

TEST_F(HwmonMeters, NoPermissionNamesTheFileThatMendsIt) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs to become another user";
  write("hwmon2/name", "i915");
  write("hwmon2/energy1_input", "5000000");
  ASSERT_EQ(::chmod(tree_.root().c_str(), 0755), 0);
  ASSERT_EQ(::chmod((tree_ / "sys/class/hwmon/hwmon2/energy1_input").c_str(), 0), 0);
  ASSERT_EQ(::seteuid(65534), 0);
  open();
  ASSERT_EQ(::seteuid(0), 0);
  EXPECT_EQ(channel("gpu.intel.0").reason, "permission");
  EXPECT_THAT(channel("gpu.intel.0").hint, HasSubstr("sudo chmod a+r"));
  EXPECT_THAT(channel("gpu.intel.0").hint, HasSubstr("energy1_input"));
}

Json table() { return Json::parse(hwmon_sensors_text()); }
std::string problem(const Json& json) {
  const auto parsed = parse_hwmon_sensors(base::to_text(json));
  return parsed ? "" : parsed.error().message;
}
Json changed(const char* name, Json value) {
  Json json = table();
  json["sensors"][0][name] = std::move(value);
  return json;
}

TEST(HwmonSensors, TheBuiltInTableIsValid) { EXPECT_EQ(problem(table()), ""); }

TEST(HwmonSensors, AWrongTableIsNamedByWhatIsWrong) {
  EXPECT_THAT(problem(changed("drivver", "x")), HasSubstr("drivver"));
  EXPECT_THAT(problem(changed("rail", "VDD_IN")), HasSubstr("is needed"));
  EXPECT_THAT(problem(changed("power", Json::array())), HasSubstr("is needed"));
  EXPECT_THAT(problem(changed("poll_s", -1.0)), HasSubstr("below 0"));
  EXPECT_THAT(problem(changed("source", "hearsay")), HasSubstr("hearsay"));
  EXPECT_FALSE(parse_hwmon_sensors("{}").has_value());
  EXPECT_FALSE(parse_hwmon_sensors("[").has_value());
}

TEST(HwmonSensors, WhatACardHoldsIsAChannelOfTheTable) {
  const auto sensors = parse_hwmon_sensors(hwmon_sensors_text()).value();
  for (const HwmonSensor& sensor : sensors) {
    for (const std::string& covered : sensor.covers) {
      EXPECT_NE(std::ranges::find(sensors, covered, &HwmonSensor::channel), sensors.end()) << covered;
    }
  }
}

}  // namespace
}  // namespace wattlens::meter
