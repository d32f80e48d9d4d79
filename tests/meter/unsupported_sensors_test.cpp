#include "meter/unsupported_sensors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "fake/temp_tree.h"

namespace wattlens::meter {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<std::string> names(const fake::TempTree& tree) {
  std::vector<std::string> names;
  for (const AbsentMeter& absent : unsupported_sensors(tree.root())) names.push_back(absent.name);
  return names;
}

TEST(UnsupportedSensors, AnEmptyMachineHasNone) {
  const fake::TempTree tree;
  EXPECT_THAT(names(tree), IsEmpty());
}

TEST(UnsupportedSensors, AManagementControllerIsNamedOnce) {
  const fake::TempTree tree;
  tree.write("dev/ipmi0", "");
  tree.write("dev/ipmidev/0", "");
  EXPECT_THAT(names(tree), ElementsAre("ipmi"));
}

TEST(UnsupportedSensors, AppleAndWindowsAreNamed) {
  const fake::TempTree apple;
  apple.write("proc/device-tree/compatible", std::string("apple,j314s\0apple,t6000", 23));
  EXPECT_THAT(names(apple), ElementsAre("apple"));
  const fake::TempTree windows;
  windows.write("proc/sys/kernel/osrelease", "5.15.153.1-microsoft-standard-WSL2\n");
  EXPECT_THAT(names(windows), ElementsAre("windows"));
}

TEST(UnsupportedSensors, APowerSensorOfAnUnknownDriverIsNamedAndAKnownOrAThermometerIsNot) {
  const fake::TempTree tree;
  tree.write("sys/class/hwmon/hwmon0/name", "corsairpsu\n");
  tree.write("sys/class/hwmon/hwmon0/power1_input", "1\n");
  tree.write("sys/class/hwmon/hwmon0/power2_input", "1\n");
  tree.write("sys/class/hwmon/hwmon1/name", "amdgpu\n");
  tree.write("sys/class/hwmon/hwmon1/power1_average", "1\n");
  tree.write("sys/class/hwmon/hwmon2/name", "k10temp\n");
  tree.write("sys/class/hwmon/hwmon2/temp1_input", "1\n");
  tree.write("sys/class/hwmon/hwmon2/power1_cap", "1\n");
  const auto found = unsupported_sensors(tree.root());
  ASSERT_EQ(found.size(), 1U);
  EXPECT_THAT(found[0].reason, HasSubstr("power1_input of 'corsairpsu'"));
}

}  // namespace
}  // namespace wattlens::meter
