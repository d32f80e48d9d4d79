#include "meter/sensor_profiles.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>

#include "base/json.h"

namespace wattlens::meter {
namespace {

using base::Json;
using testing::HasSubstr;

Json table() { return Json::parse(sensor_profiles_text()); }
std::string problem(const Json& json) {
  const auto parsed = SensorProfiles::parse(base::to_text(json));
  return parsed ? "" : parsed.error().message;
}

Json changed(const char* list, std::size_t index, const char* name, Json value) {
  Json json = table();
  json[list][index][name] = std::move(value);
  return json;
}

TEST(SensorProfiles, TheBuiltInTableIsValid) { EXPECT_EQ(problem(table()), ""); }

TEST(SensorProfiles, EveryFigureHasASourceThatIsNamed) {
  const Json json = table();
  for (const char* list : {"populations", "profiles"}) {
    for (const Json& item : json[list]) EXPECT_TRUE(json["sources"].contains(item["source"])) << item;
  }
  EXPECT_THAT(problem(changed("profiles", 0, "source", "hearsay")), HasSubstr("hearsay"));
}

TEST(SensorProfiles, TheDutyIsTheWindowsShareOfThePeriod) {
  const Json json = table();
  for (const Json& profile : json["profiles"]) {
    if (!profile.contains("update_period_s")) continue;
    const double share = profile["averaging_window_s"].get<double>() / profile["update_period_s"].get<double>();
    EXPECT_NEAR(profile["duty"].get<double>(), std::min(1.0, share), 1e-9) << profile;
  }
}

TEST(SensorProfiles, WhatFitsNothingHasNone) {
  const auto profiles = SensorProfiles::parse(sensor_profiles_text()).value();
  EXPECT_FALSE(profiles.find({"nvml.instant", "", "", 535}).has_value());
  EXPECT_FALSE(profiles.find({"nvml.telepathy", "hopper", "", 535}).has_value());
  EXPECT_FALSE(profiles.find({"", "", "", 0}).has_value());
}

TEST(SensorProfiles, TheNameOfAPartCanDecide) {
  const auto profiles = SensorProfiles::parse(sensor_profiles_text()).value();
  EXPECT_DOUBLE_EQ(profiles.find({"nvml.usage", "turing", "Quadro RTX 8000", 535})->duty, 0.2);
  EXPECT_DOUBLE_EQ(profiles.find({"nvml.usage", "turing", "NVIDIA TITAN RTX", 535})->duty, 1.0);
}

TEST(SensorProfiles, AWrongTableIsNamedByWhatIsWrong) {
  EXPECT_THAT(problem(changed("profiles", 0, "dutty", 1.0)), HasSubstr("dutty"));
  EXPECT_THAT(problem(changed("profiles", 2, "duty", 0.0)), HasSubstr("above 0"));
  EXPECT_THAT(problem(changed("profiles", 0, "population", "nobody")), HasSubstr("nobody"));
  EXPECT_THAT(problem(changed("profiles", 0, "counter_source", "magic")), HasSubstr("magic"));
  EXPECT_THAT(problem(changed("populations", 0, "reading_over_truth_low", 0.5)), HasSubstr("wrong order"));
  Json json = table();
  json["schema"] = "wattlens.sensor_profiles/9";
  EXPECT_THAT(problem(json), HasSubstr("/9"));
  EXPECT_FALSE(SensorProfiles::parse("[").has_value());
  EXPECT_FALSE(SensorProfiles::parse("{}").has_value());
}

}  // namespace
}  // namespace wattlens::meter
