#include "settings/sysfs_settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fake/simulated_controls.h"

namespace wattlens::settings {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<std::string> names(const std::vector<Setting>& settings) {
  std::vector<std::string> names;
  for (const Setting& setting : settings) names.push_back(setting.name);
  return names;
}

TEST(SysfsSettings, AnEmptyTreeHasNone) {
  const fake::TempTree tree;
  EXPECT_THAT(sysfs_settings(tree.root()), IsEmpty());
}

TEST(SysfsSettings, FindsFrequenciesTurboAndPowerLimits) {
  const fake::SimulatedControls tree;
  EXPECT_THAT(names(sysfs_settings(tree.root())),
              ElementsAre("cpu.governor", "cpu.energy_preference", "cpu.max_frequency", "cpu.min_frequency",
                          "cpu.turbo", "cpu.package.0.power_limit", "cpu.package.0.short_term_power_limit"));
}

TEST(SysfsSettings, TellsValuesAndLegalOnes) {
  const fake::SimulatedControls tree;
  tree.write("sys/devices/system/cpu/cpufreq/policy1/scaling_max_freq", "2400000\n");
  const auto settings = sysfs_settings(tree.root());
  EXPECT_EQ(read_values(settings[0]), "powersave");
  EXPECT_EQ(legal_values(settings[0]), "performance, powersave");
  EXPECT_EQ(read_values(settings[2]), "3700 MHz, 2400 MHz");
  EXPECT_EQ(legal_values(settings[2]), "800 MHz to 3700 MHz");
  EXPECT_EQ(read_values(settings[4]), "on");
  EXPECT_EQ(legal_values(settings[5]), "1 W to 205 W");
  EXPECT_EQ(legal_values(settings[6]), "1 W or more (no upper limit is told)");
}

TEST(SysfsSettings, AWordThatOnePolicyLacksIsNotLegal) {
  const fake::SimulatedControls tree;
  tree.write("sys/devices/system/cpu/cpufreq/policy1/scaling_available_governors", "powersave\n");
  EXPECT_EQ(legal_values(sysfs_settings(tree.root()).front()), "powersave");
}

TEST(SysfsSettings, APackageThatIsSwitchedOffSaysSo) {
  const fake::SimulatedControls tree;
  tree.write("sys/class/powercap/intel-rapl:0/enabled", "0\n");
  EXPECT_THAT(sysfs_settings(tree.root())[5].obstacle, HasSubstr("switched off"));
}

TEST(SysfsSettings, AFileIsNeverMade) {
  const fake::SimulatedControls tree;
  const Setting governor = sysfs_settings(tree.root()).front();
  std::filesystem::remove(tree.root() / governor.places[0].id);
  const auto written = governor.places[0].control->write("performance");
  ASSERT_FALSE(written);
  EXPECT_THAT(written.error().message, HasSubstr("scaling_governor"));
  EXPECT_FALSE(std::filesystem::exists(tree.root() / governor.places[0].id));
}

}  // namespace
}  // namespace wattlens::settings
