#include "settings/nvml_settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "fake/temp_tree.h"
#include "settings/applied.h"

namespace wattlens::settings {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class NvmlSettings : public testing::Test {
 protected:
  NvmlSettings() { ::setenv("WATTLENS_NVML_SCRIPT", (tree_ / "nvml.txt").c_str(), 1); }
  ~NvmlSettings() override { ::unsetenv("WATTLENS_NVML_SCRIPT"); }

  std::vector<Setting> open(const std::string& more = "") {
    tree_.write("nvml.txt",
                "count 1\n0.uuid GPU-1\n0.limit 700000\n0.lowest 200000\n0.power_limit 700000\n"
                "0.max_clock 1980\n0.clock 1500\n" +
                    more);
    return nvml_settings(*meter::NvmlLibrary::load(WATTLENS_NVML_STAND_IN));
  }
  std::string script() const { return base::read_text(tree_ / "nvml.txt").value_or(""); }

  fake::TempTree tree_;
};

TEST_F(NvmlSettings, ABoardHasItsLimitsAndIsFoundByItsUuid) {
  const auto settings = open();
  ASSERT_THAT(settings, SizeIs(2));
  EXPECT_EQ(settings[0].name, "gpu.0.power_limit");
  EXPECT_EQ(legal_values(settings[0]), "200 W to 700 W");
  EXPECT_EQ(settings[0].places[0].id, "nvml/GPU-1/power_limit");
  EXPECT_EQ(read_values(settings[0]), "700 W");
  EXPECT_EQ(legal_values(settings[1]), "up to 1980 MHz");
}

TEST_F(NvmlSettings, AreChangedAndRestored) {
  const auto settings = open();
  const auto journal = tree_ / "state/settings.json";
  auto changes = check_changes(std::vector<std::string>{"gpu.0.power_limit=300W", "gpu.0.clock=1410MHz"}, settings);
  ASSERT_TRUE(changes);
  auto applied = Applied::apply(*changes, journal, {});
  ASSERT_TRUE(applied) << applied.error().message;
  EXPECT_THAT(script(), HasSubstr("0.power_limit 300000\n"));
  EXPECT_THAT(script(), HasSubstr("0.clock 1410\n"));
  const auto recorded = applied->recorded("sysfs");
  EXPECT_EQ(recorded[0].set, "300 W");
  EXPECT_EQ(recorded[0].method, "nvml");
  EXPECT_EQ(recorded[1].set, "");  // NVML does not tell
  ASSERT_THAT(applied->warnings(), SizeIs(1));
  EXPECT_EQ(applied->warnings()[0].code, "setting_not_read_back");
  EXPECT_TRUE(applied->restore().complete);
  EXPECT_THAT(script(), HasSubstr("0.power_limit 700000\n"));
  EXPECT_THAT(script(), HasSubstr("0.clock unlocked\n"));
}

TEST_F(NvmlSettings, WithoutPermissionNothingIsChangedAndRootIsNamed) {
  const auto settings = open("0.set error 4\n");
  const auto changes = check_changes(std::vector<std::string>{"gpu.0.power_limit=300W"}, settings);
  const auto applied = Applied::apply(*changes, tree_ / "state/settings.json", {});
  ASSERT_FALSE(applied);
  EXPECT_THAT(applied.error().message, HasSubstr("nvmlDeviceSetPowerManagementLimit says NO_PERMISSION"));
  EXPECT_THAT(applied.error().hint, HasSubstr("sudo"));
  EXPECT_FALSE(std::filesystem::exists(tree_ / "state/settings.json"));
}

TEST_F(NvmlSettings, ABoardThatTellsNoLimitsHasNone) {
  tree_.write("nvml.txt", "count 1\n0.uuid GPU-1\n");
  EXPECT_THAT(nvml_settings(*meter::NvmlLibrary::load(WATTLENS_NVML_STAND_IN)), IsEmpty());
}

}  // namespace
}  // namespace wattlens::settings
