#include "settings/setting.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wattlens::settings {
namespace {

using testing::HasSubstr;

Setting limit(Encoding encoding, std::optional<std::int64_t> lowest, std::optional<std::int64_t> highest) {
  Setting setting;
  setting.name = "cpu.package.0.power_limit";
  setting.encoding = encoding;
  setting.lowest = lowest;
  setting.highest = highest;
  return setting;
}

TEST(Setting, APowerBecomesTheDevicesUnit) {
  const Setting file = limit(Encoding::microwatts, 1'000'000, 205'000'000);
  EXPECT_EQ(device_value(file, "120W"), "120000000");
  EXPECT_EQ(device_value(file, "119.5 W"), "119500000");
  EXPECT_EQ(device_value(file, "120000mW"), "120000000");
  EXPECT_EQ(device_value(limit(Encoding::milliwatts, {}, {}), "0.3kW"), "300000");
}

TEST(Setting, AFrequencyBecomesTheDevicesUnit) {
  EXPECT_EQ(device_value(limit(Encoding::kilohertz, {}, {}), "2.4GHz"), "2400000");
  EXPECT_EQ(device_value(limit(Encoding::megahertz, {}, {}), "1410MHz"), "1410");
}

TEST(Setting, ANumberWithoutItsUnitIsRefused) {
  for (const auto* text : {"120", "", "W", "-5W", "nanW", "infW", "120MW", "120w", "2.4GHz", "12 0W"}) {
    const auto value = device_value(limit(Encoding::microwatts, 1'000'000, 205'000'000), text);
    ASSERT_FALSE(value) << text;
    EXPECT_EQ(value.error().kind, ErrorKind::usage);
    EXPECT_THAT(value.error().hint, HasSubstr("1 W to 205 W")) << text;
  }
}

TEST(Setting, AValueOutOfRangeIsRefusedWithTheLegalOnes) {
  const Setting file = limit(Encoding::microwatts, 1'000'000, 205'000'000);
  EXPECT_TRUE(device_value(file, "205W"));
  EXPECT_FALSE(device_value(file, "205.1W"));
  EXPECT_FALSE(device_value(file, "0.9W"));
  EXPECT_FALSE(device_value(limit(Encoding::microwatts, {}, {}), "1e30W"));
}

TEST(Setting, SwitchesAreOnOrOffWhateverTheFileSays) {
  Setting turbo;
  turbo.name = "cpu.turbo";
  turbo.encoding = Encoding::zero_is_on;
  EXPECT_EQ(device_value(turbo, "on"), "0");
  EXPECT_EQ(shown_value(turbo, "1"), "off");
  turbo.encoding = Encoding::one_is_on;
  EXPECT_EQ(device_value(turbo, "on"), "1");
  EXPECT_FALSE(device_value(turbo, "1"));
}

TEST(Setting, WhatIsNotThereNamesTheNearest) {
  std::vector<Setting> settings(2);
  settings[0].name = "cpu.governor";
  settings[1].name = "cpu.turbo";
  const auto found = find_setting(settings, "cpu.governer");
  ASSERT_FALSE(found);
  EXPECT_THAT(found.error().hint, HasSubstr("cpu.governor"));
  EXPECT_THAT(find_setting({}, "cpu.turbo").error().message, HasSubstr("lets nothing be set"));
}

}  // namespace
}  // namespace wattlens::settings
