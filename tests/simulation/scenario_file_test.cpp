#include "simulation/scenario_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace wattlens::simulation {
namespace {

using testing::HasSubstr;

constexpr const char* kSmall = R"(
[power.package]
constant_w = 60
[[sensor]]
id = "cpu.package.0"
power = "package"
)";

Error refused(const std::string& text) {
  const auto scenario = parse_scenario(text, "s.toml");
  EXPECT_FALSE(scenario.has_value()) << text;
  return scenario ? Error{} : scenario.error();
}

TEST(ScenarioFile, TheSmallestIsOneSensorOfOnePower) {
  const auto scenario = parse_scenario(kSmall, "s.toml");
  ASSERT_TRUE(scenario.has_value()) << scenario.error().message;
  ASSERT_EQ(scenario->sensors.size(), 1U);
  EXPECT_EQ(scenario->sensors[0].kind, record::ChannelKind::counter);
  EXPECT_EQ(scenario->powers.at("package").constant, Watts{60.0});
}

TEST(ScenarioFile, EveryKeyFindsItsPlace) {
  const auto scenario = parse_scenario(R"(
title = "all"
seed = 9
read_time_s = 0.0005
[power.gpu]
constant_w = 10
steps = [[1.0, 20], [2, 30.5]]
square = { low_w = 1, high_w = 2, period_s = 0.1, share = 0.3, phase_s = 0.01 }
ramp = { begin_s = 1, end_s = 2, low_w = 3, high_w = 4 }
bursts = { high_w = 5, length_s = 0.1, every_s = 0.5, seed = 6 }
[[sensor]]
id = "gpu.0"
power = "gpu"
scope = "a board"
kind = "power"
unit_w = 0.001
period_s = 0.1
phase_s = 0.03
jitter_s = 0.002
duty = 0.25
lag_s = 0.05
gain = 1.05
offset_w = -3
noise_w = 0.5
nominal_period_s = 0.1
gain_low = -0.08
gain_high = 0.13
limit_w = 700
[[fault]]
kind = "spike"
sensor = "gpu.0"
begin_s = 1.5
end_s = 1.6
amount_w = 1000
share = 0.5
[expect]
window_s = [1, 2.5]
batches = 20
rate_hz = 50
machine = "cloud-vm"
sockets = 2
sums = ["gpu.0"]
through = "meter"
warnings = ["gap"]
energies = { total = "truth", "gpu.0" = "stuck" }
)",
                                       "s.toml");
  ASSERT_TRUE(scenario.has_value()) << scenario.error().message;
  const Power& power = scenario->powers.at("gpu");
  EXPECT_EQ(power.steps.size(), 2U);
  EXPECT_EQ(power.square->phase, Seconds{0.01});
  EXPECT_EQ(power.ramp->high, Watts{4.0});
  EXPECT_EQ(power.bursts->seed, 6U);
  const Sensor& sensor = scenario->sensors.at(0);
  EXPECT_EQ(sensor.kind, record::ChannelKind::power);
  EXPECT_DOUBLE_EQ(sensor.unit, 0.001);
  EXPECT_DOUBLE_EQ(sensor.window->value, 0.025);
  EXPECT_EQ(sensor.offset, Watts{-3.0});
  EXPECT_EQ(sensor.limit, Watts{700.0});
  EXPECT_EQ(scenario->faults.at(0).kind, FaultKind::spike);
  EXPECT_EQ(scenario->faults[0].amount, 1000.0);
  EXPECT_EQ(scenario->expected.energies.size(), 2U);
  EXPECT_EQ(scenario->expected.end, Seconds{2.5});
  EXPECT_EQ(scenario->read_time, Seconds{0.0005});
}

TEST(ScenarioFile, AnUnknownKeyIsRefusedWithTheNearestOne) {
  const Error error = refused(std::string(kSmall) + "perod_s = 0.1\n");
  EXPECT_EQ(error.kind, ErrorKind::usage);
  EXPECT_THAT(error.message, HasSubstr("s.toml:7:1: unknown key 'perod_s' in [[sensor]]"));
  EXPECT_THAT(error.hint, HasSubstr("period_s"));
  EXPECT_THAT(refused("[power.a]\nconstant = 3").hint, HasSubstr("constant_w"));
}

TEST(ScenarioFile, AnUnknownWordIsRefusedWithTheNearestOne) {
  EXPECT_THAT(refused(std::string(kSmall) + "[[fault]]\nkind = \"stuk\"").hint, HasSubstr("stuck"));
  EXPECT_THAT(refused(std::string(kSmall) + "kind = \"gauge\"").message, HasSubstr("unknown 'gauge'"));
}

TEST(ScenarioFile, NamesThatAreNowhereAreRefused) {
  EXPECT_THAT(refused("[power.package]\n[[sensor]]\nid = \"a\"\npower = \"packge\"").hint, HasSubstr("package"));
  EXPECT_THAT(refused(std::string(kSmall) + "[[fault]]\nkind = \"stuck\"\nsensor = \"cpu.package.1\"").hint,
              HasSubstr("cpu.package.0"));
}

TEST(ScenarioFile, WhatCannotBeIsRefusedWithItsPlace) {
  for (const std::string tail : {"period_s = -1",
                                 "period_s = 1e-7",
                                 "period_s = nan",
                                 "period_s = \"0.1\"",
                                 "jitter_s = 5",
                                 "width_bits = 61",
                                 "width_bits = 32.0",
                                 "unit_j = 0",
                                 "gain_low = 0.1\ngain_high = 0.0",
                                 "duty = 0.5\nwindow_s = 1",
                                 "interfaces = [\"pci\"]",
                                 "interfaces = []",
                                 "dies = 0",
                                 "[[fault]]\nbegin_s = 1",
                                 "[[fault]]\nkind = \"stuck\"\nbegin_s = 2\nend_s = 1",
                                 "[fault]\nkind = \"stuck\"",
                                 "[sensor]",
                                 "[[sensor]]\nid = \"b\"",
                                 "[[sensor]]\npower = \"package\"",
                                 "[expect]\nwindow_s = 3",
                                 "[power]\nb = 3",
                                 "[expect]\nwarnings = \"gap\""}) {
    EXPECT_THAT(refused(std::string(kSmall) + tail).message, HasSubstr("s.toml:")) << tail;
  }
  for (const std::string power :
       {"steps = [[2, 1], [1, 1]]", "steps = 3", "steps = [1]", "square = 3", "square = { period_s = 0 }",
        "ramp = { begin_s = 2 }", "bursts = { length_s = 2 }", "constant_w = 1e9"}) {
    EXPECT_THAT(refused("[power.a]\n" + power).message, HasSubstr("s.toml:")) << power;
  }
}

TEST(ScenarioFile, OnlyAPlainCounterCanSeeWork) {
  const std::string head = "[power.p]\nper_image_j = 0.5\n[[sensor]]\nid = \"gpu.0\"\npower = \"p\"\n";
  const auto plain = parse_scenario(head, "s.toml");
  ASSERT_TRUE(plain.has_value()) << plain.error().message;
  EXPECT_EQ(plain->powers.at("p").per_image, Joules{0.5});
  for (const char* key : {"kind = \"power\"", "window_s = 1", "duty = 0.5", "lag_s = 0.1", "noise_w = 1"}) {
    const Error error = refused(head + key);
    EXPECT_THAT(error.message, HasSubstr("'gpu.0' cannot see per_image_j")) << key;
    EXPECT_THAT(error.hint, HasSubstr("counter")) << key;
  }
}

TEST(ScenarioFile, WithoutASensorItIsRefused) {
  EXPECT_THAT(refused("").message, HasSubstr("no sensor"));
  EXPECT_THAT(refused(std::string(kSmall) + "[[sensor]]\nid = \"cpu.package.0\"\npower = \"package\"").message,
              HasSubstr("two sensors"));
}

TEST(ScenarioFile, AFileThatIsNotThereIsNamed) {
  EXPECT_THAT(read_scenario("nowhere.toml").error().message, HasSubstr("nowhere.toml"));
}

}  // namespace
}  // namespace wattlens::simulation
