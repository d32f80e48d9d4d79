#include "simulation/simulated_meter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "fake/fake_clock.h"
#include "fake/fake_meter.h"
#include "meter/window_energy.h"
#include "simulation/scenario_file.h"

namespace wattlens::simulation {
namespace {

using record::Provenance;

Scenario scenario_of(const std::string& sensor, const std::string& rest = "") {
  const std::string head = "title = \"test\"\n[power.p]\nconstant_w = 100\n[[sensor]]\npower = \"p\"\n";
  auto scenario = parse_scenario(head + sensor + "\n" + rest, "s.toml");
  EXPECT_TRUE(scenario.has_value()) << scenario.error().message;
  return scenario ? *scenario : Scenario{};
}

struct Opened {
  fake::FakeClock clock;
  meter::MeterSet meters;
  std::vector<meter::Reading> readings;

  explicit Opened(Scenario scenario)
      : meters(open_simulated_meters(std::move(scenario), clock)), readings(meters.channels().size()) {}
  // Joules since opening after `wait`; -1 where the read failed.
  double read(double wait) {
    clock.advance(Seconds{wait});
    meters.read(readings);
    const meter::Reading& first = readings.front();
    return first.status == meter::ReadStatus::ok ? static_cast<double>(first.value) * 1e-6 : -1.0;
  }
};

TEST(SimulatedMeter, SaysThatItIsSimulated) {
  const Opened opened(scenario_of("id = \"cpu.package.0\""));
  ASSERT_EQ(opened.meters.channels().size(), 1U);
  const record::Channel& channel = opened.meters.channels().front();
  EXPECT_EQ(channel.provenance, Provenance::simulated);
  EXPECT_EQ(channel.method, "simulated");
  EXPECT_THAT(channel.covers, testing::ElementsAre("cpu.cores.0", "cpu.uncore.0"));
  EXPECT_FALSE(opened.meters.anything_measured());
  EXPECT_EQ(simulated_warning(scenario_of("id = \"a\"")).code, "simulated");
}

TEST(SimulatedMeter, CountsFromItsOpeningAndThroughAWrap) {
  Opened opened(scenario_of("id = \"cpu.package.0\"\nwidth_bits = 30\nunit_j = 1e-6\nstart_j = 1000\nlimit_w = 200"));
  EXPECT_NEAR(opened.read(0.5), 50.0, 0.2);
  EXPECT_NEAR(opened.read(0.5), 100.0, 0.2);  // 2^30 uJ are 1073.7 J
  EXPECT_NEAR(opened.read(0.5), 150.0, 0.2);
}

TEST(SimulatedMeter, AReadThatCannotBeBelievedIsAGap) {
  Opened opened(scenario_of("id = \"gpu.0\"\nlimit_w = 200",
                            "[[fault]]\nkind = \"spike\"\nbegin_s = 1\nend_s = 1.1\namount_j = 1e6"));
  EXPECT_NEAR(opened.read(0.5), 50.0, 0.2);
  EXPECT_EQ(opened.read(0.55), -1.0);
  EXPECT_NEAR(opened.read(0.5), 155.0, 0.2);
}

// 400 images/s from 1 s to 3 s of the simulation.
TEST(SimulatedMeter, ThePowerOfWorkIsItsEnergyPerImage) {
  const auto scenario = parse_scenario(R"(
[power.p]
constant_w = 10
per_image_j = 0.5
[[sensor]]
id = "cpu.package.0"
power = "p"
unit_j = 61e-6
nominal_period_s = 0.001
)",
                                       "s.toml");
  ASSERT_TRUE(scenario.has_value()) << scenario.error().message;
  fake::FakeClock clock;
  const base::MonoTime start = clock.now();
  const auto images = [start](base::MonoTime time) {
    return 400.0 * (std::clamp((time - start).value, 1.0, 3.0) - 1.0);
  };
  const auto meter = make_simulated_meter(*scenario, clock, images);
  const auto samples = fake::sample(*meter, clock, Seconds{4.0}, Seconds{0.01});
  record::Window window;
  window.begin = start + Seconds{1.0};
  window.end = start + Seconds{3.0};
  window.batches = 200;
  meter::measure_window(meter->channels(), samples, {}, window);
  ASSERT_TRUE(window.total.value.has_value()) << window.total.reason;
  const double truth = 2.0 * 10.0 + 800.0 * 0.5;
  EXPECT_NEAR(window.total.value->value, truth, 0.01 * truth);
  EXPECT_LE(window.total.relative->low.value, truth);
  EXPECT_GE(window.total.relative->high.value, truth);
}

TEST(SimulatedMeter, WithoutWorkOnlyTheOtherTermsAreThere) {
  Opened opened(parse_scenario(
                    "[power.p]\nconstant_w = 10\nper_image_j = 5\n[[sensor]]\nid = \"psys.0\"\npower = \"p\"", "s.toml")
                    .value());
  EXPECT_NEAR(opened.read(0.5), 5.0, 0.02);
}

TEST(SimulatedMeter, AGaugeGivesPowers) {
  Opened opened(scenario_of("id = \"gpu.0\"\nkind = \"power\"\nunit_w = 0.001\ngain = 1.1"));
  EXPECT_NEAR(opened.read(0.5), 110.0, 1e-3);
}

TEST(SimulatedMeter, WhatIsMissingFromTheStartHasAReason) {
  const auto first = [](const std::string& kind) {
    const Opened opened(scenario_of("id = \"gpu.0\"", "[[fault]]\nkind = \"" + kind + "\""));
    return opened.meters.channels().front();
  };
  EXPECT_EQ(first("permission").provenance, Provenance::missing);
  EXPECT_EQ(first("permission").reason, "permission");
  EXPECT_EQ(first("unplugged").reason, "absent");
  EXPECT_EQ(first("stuck").provenance, Provenance::simulated);
}

TEST(SimulatedMeter, AReadTakesItsTime) {
  Scenario scenario = scenario_of("id = \"gpu.0\"");
  scenario.read_time = {0.0005};
  Opened opened(scenario);
  opened.read(0.5);
  EXPECT_NEAR((opened.readings[0].after - opened.readings[0].before).value, 0.0005, 1e-9);
}

TEST(SimulatedMeter, AResetOfOneDieIsSeenThoughAnotherFailsAtThatTime) {
  Opened opened(scenario_of("id = \"cpu.package.0\"\ndies = 2\nstart_j = 5000\nlimit_w = 300",
                            "[[fault]]\nkind = \"reset\"\ndie = 0\nbegin_s = 1\n"
                            "[[fault]]\nkind = \"failed\"\ndie = 1\nbegin_s = 1\nend_s = 2"));
  double last = opened.read(0.5);
  bool stepped_down = false;
  for (int i = 0; i < 25; ++i) {
    const double now = opened.read(0.1);
    if (now < 0.0) continue;
    stepped_down |= now < last;
    last = now;
  }
  EXPECT_TRUE(stepped_down);
}

}  // namespace
}  // namespace wattlens::simulation
