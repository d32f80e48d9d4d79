#include "settings/applied.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fake/simulated_controls.h"
#include "settings/sysfs_settings.h"

namespace wattlens::settings {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using Wishes = std::vector<std::string>;

constexpr auto kGovernor = "sys/devices/system/cpu/cpufreq/policy0/scaling_governor";
constexpr auto kPreference = "sys/devices/system/cpu/cpufreq/policy0/energy_performance_preference";
constexpr auto kLimit = "sys/class/powercap/intel-rapl:0/constraint_0_power_limit_uw";

// A device that keeps whole steps only, refuses what is above its highest value, or nothing at all.
class FakeControl final : public Control {
 public:
  Result<std::string> read() override { return std::to_string(value); }
  Result<void> write(std::string_view text) override {
    ++writes;
    const std::int64_t asked = std::stoll(std::string(text));
    if (asked > highest) return fail(ErrorKind::io, "too high", "");
    if (!ignores) value = asked / step * step;
    return {};
  }

  std::int64_t value = 150'000'000;
  std::int64_t step = 1;
  std::int64_t highest = 1'000'000'000'000;
  bool ignores = false;
  int writes = 0;
};

class AppliedSettings : public testing::Test {
 protected:
  Result<Applied> apply(const Wishes& wishes) {
    const auto changes = check_changes(wishes, sysfs_settings(tree_.root()));
    if (!changes) return std::unexpected(changes.error());
    return Applied::apply(*changes, file_, {.boot_id = "boot-1", .pid = 1});
  }
  Setting fake_limit() const {
    Setting setting;
    setting.name = "cpu.package.0.power_limit";
    setting.encoding = Encoding::microwatts;
    setting.places = {{"fake/limit", control_}};
    return setting;
  }
  Result<Applied> apply_fake(const std::string& wish) {
    return Applied::apply(*check_changes(Wishes{wish}, std::vector{fake_limit()}), file_, {});
  }
  Restoration restore_after_crash() {
    return restore(file_, **read_journal(file_), sysfs_settings(tree_.root()), "boot-1");
  }
  // As if the process had been killed at this moment: the journal and the files stay as they are.
  void crash(const Wishes& wishes) {
    auto applied = apply(wishes);
    ASSERT_TRUE(applied) << applied.error().message;
    const std::string journal = base::read_text(file_).value();
    const auto values = tree_.values();
    applied->restore();
    ASSERT_TRUE(base::write_text(file_, journal));
    for (const auto& [path, value] : values) tree_.write(path, value);
  }

  fake::SimulatedControls tree_;
  base::Path file_ = tree_.root() / "state/settings.json";
  std::map<std::string, std::string> before_ = tree_.values();
  std::shared_ptr<FakeControl> control_ = std::make_shared<FakeControl>();
};

TEST_F(AppliedSettings, HoldUntilTheyAreRestored) {
  auto applied = apply({"cpu.governor=performance", "cpu.turbo=off", "cpu.package.0.power_limit=120W"});
  ASSERT_TRUE(applied) << applied.error().message;
  EXPECT_EQ(tree_.read(kGovernor), "performance");
  EXPECT_EQ(tree_.read(kLimit), "120000000");
  EXPECT_TRUE(std::filesystem::exists(file_));
  const auto recorded = applied->recorded("simulated");
  ASSERT_THAT(recorded, SizeIs(3));
  EXPECT_EQ(recorded[2].asked, "120W");
  EXPECT_EQ(recorded[2].set, "120 W");
  EXPECT_EQ(recorded[2].before, "150 W");
  EXPECT_THAT(applied->warnings(), IsEmpty());
  const Restoration restored = applied->restore();
  EXPECT_TRUE(restored.complete);
  EXPECT_THAT(restored.restored,
              ElementsAre("cpu.package.0.power_limit: 150 W", "cpu.turbo: on", "cpu.governor: powersave"));
  EXPECT_EQ(tree_.values(), before_);
  EXPECT_FALSE(std::filesystem::exists(file_));
  EXPECT_THAT(applied->restore().restored, IsEmpty());
}

TEST_F(AppliedSettings, AreRestoredAtTheLatestWhenTheyAreDestroyed) {
  {
    ASSERT_TRUE(apply({"cpu.turbo=off", "cpu.min_frequency=2GHz", "cpu.max_frequency=2GHz"}));
  }
  EXPECT_EQ(tree_.values(), before_);
}

TEST_F(AppliedSettings, TheJournalIsThereBeforeAnythingIsChanged) {
  // The first write fails; the journal must have been written then, and removed after.
  control_->highest = 1;
  const auto applied = apply_fake("cpu.package.0.power_limit=120W");
  ASSERT_FALSE(applied);
  EXPECT_THAT(applied.error().message, HasSubstr("too high"));
  EXPECT_FALSE(std::filesystem::exists(file_));
  // Where it cannot be written, nothing is changed at all.
  tree_.write("file", "");
  file_ = tree_.root() / "file/settings.json";
  control_->highest = 1'000'000'000'000;
  control_->writes = 0;
  EXPECT_FALSE(apply_fake("cpu.package.0.power_limit=120W"));
  EXPECT_EQ(control_->writes, 0);
}

TEST_F(AppliedSettings, WhatTheDeviceRoundsIsRecordedAsItIs) {
  control_->step = 125'000;
  auto applied = apply_fake("cpu.package.0.power_limit=120.1W");
  ASSERT_TRUE(applied);
  EXPECT_EQ(applied->recorded("sysfs")[0].asked, "120.1W");
  EXPECT_EQ(applied->recorded("sysfs")[0].set, "120 W");
  ASSERT_THAT(applied->warnings(), SizeIs(1));
  EXPECT_EQ(applied->warnings()[0].code, "setting_rounded");
  EXPECT_TRUE(applied->restore().complete);
  EXPECT_EQ(control_->value, 150'000'000);
}

TEST_F(AppliedSettings, WhatTheDeviceIgnoresIsAnError) {
  control_->ignores = true;
  const auto applied = apply_fake("cpu.package.0.power_limit=120W");
  ASSERT_FALSE(applied);
  EXPECT_THAT(applied.error().message, HasSubstr("stays 150 W, though 120 W was written"));
}

TEST_F(AppliedSettings, OneThatIsRefusedTakesTheOthersBack) {
  std::filesystem::remove(tree_.root() / "sys/devices/system/cpu/intel_pstate/no_turbo");
  std::filesystem::create_directory(tree_.root() / "sys/devices/system/cpu/intel_pstate/no_turbo");
  EXPECT_FALSE(apply({"cpu.governor=performance", "cpu.turbo=off"}));
  EXPECT_EQ(tree_.read(kGovernor), "powersave");
}

TEST_F(AppliedSettings, WhatSomebodyElseChangesMeanwhileStaysAndIsNamed) {
  auto applied = apply({"cpu.governor=performance", "cpu.turbo=off"});
  ASSERT_TRUE(applied);
  tree_.write("sys/devices/system/cpu/intel_pstate/no_turbo", "7\n");
  const Restoration restored = applied->restore();
  EXPECT_EQ(tree_.read("sys/devices/system/cpu/intel_pstate/no_turbo"), "7");
  EXPECT_EQ(tree_.read(kGovernor), "powersave");
  ASSERT_THAT(restored.warnings, SizeIs(1));
  EXPECT_EQ(restored.warnings[0].code, "setting_changed_by_others");
  EXPECT_THAT(restored.warnings[0].hint, HasSubstr("echo 0 | sudo tee /sys/"));
  EXPECT_TRUE(restored.complete);  // it is theirs now
}

TEST_F(AppliedSettings, WhatADriverChangesTogetherWithTheGovernorIsRestoredToo) {
  auto applied = apply({"cpu.governor=performance"});
  ASSERT_TRUE(applied);
  // As intel_pstate does; read before the journal says what is left, so it counts as the driver's.
  tree_.write(kPreference, "performance\n");
  Journal journal = **read_journal(file_);
  for (JournalEntry& entry : journal.entries) {
    if (entry.place == kPreference) entry.left = "performance";
  }
  const Restoration restored = restore(file_, journal, sysfs_settings(tree_.root()), "boot-1");
  EXPECT_TRUE(restored.complete);
  EXPECT_EQ(tree_.read(kPreference), "balance_performance");
}

TEST_F(AppliedSettings, ACrashLeavesAJournalThatRestores) {
  crash({"cpu.governor=performance", "cpu.package.0.power_limit=120W"});
  EXPECT_NE(tree_.values(), before_);
  EXPECT_TRUE(restore_after_crash().complete);
  EXPECT_EQ(tree_.values(), before_);
  EXPECT_FALSE(std::filesystem::exists(file_));
}

TEST_F(AppliedSettings, NothingIsSetWhileSomethingIsToBeRestored) {
  crash({"cpu.turbo=off"});
  const auto applied = apply({"cpu.governor=performance"});
  ASSERT_FALSE(applied);
  EXPECT_THAT(applied.error().hint, HasSubstr("settings restore"));
  EXPECT_TRUE(std::filesystem::exists(file_));
}

TEST_F(AppliedSettings, AHalfWrittenValueIsRestoredAfterACrashWithinAChange) {
  crash({"cpu.governor=performance"});
  Journal journal = **read_journal(file_);
  for (JournalEntry& entry : journal.entries) entry.left.reset();  // as before the second journal
  tree_.write(kGovernor, "");                                      // truncated, not yet written
  ASSERT_TRUE(write_journal(file_, journal));
  EXPECT_TRUE(restore_after_crash().complete);
  EXPECT_EQ(tree_.values(), before_);
}

TEST_F(AppliedSettings, AfterARestartOfTheMachineNothingIsWritten) {
  crash({"cpu.turbo=off"});
  const auto left = tree_.values();
  const Restoration restored = restore(file_, **read_journal(file_), sysfs_settings(tree_.root()), "boot-2");
  EXPECT_TRUE(restored.complete);
  EXPECT_EQ(tree_.values(), left);
  EXPECT_FALSE(std::filesystem::exists(file_));
}

TEST_F(AppliedSettings, WhatCannotBeRestoredStaysInTheJournal) {
  crash({"cpu.governor=performance", "cpu.turbo=off"});
  std::filesystem::remove_all(tree_.root() / "sys/devices/system/cpu/intel_pstate");
  const Restoration restored = restore_after_crash();
  EXPECT_FALSE(restored.complete);
  EXPECT_EQ(restored.warnings[0].code, "setting_gone");
  EXPECT_EQ(tree_.read(kGovernor), "powersave");
  ASSERT_THAT((*read_journal(file_))->entries, SizeIs(1));
  tree_.write("sys/devices/system/cpu/intel_pstate/no_turbo", "1\n");
  EXPECT_TRUE(restore_after_crash().complete);
  EXPECT_EQ(tree_.values(), before_);
}

TEST_F(AppliedSettings, APlaceThatIsNoSettingIsNeverWritten) {
  tree_.write("etc/passwd", "root");
  Journal journal{"boot-1", 1, "", "", {}};
  journal.entries = {{"cpu.governor", "etc/passwd", "evil", "x", std::nullopt},
                     {"cpu.governor", "../etc/passwd", "evil", "x", std::nullopt}};
  ASSERT_TRUE(write_journal(file_, journal));
  EXPECT_FALSE(restore_after_crash().complete);
  EXPECT_EQ(tree_.read("etc/passwd"), "root");
}

TEST(CheckChanges, ABadWishIsOneClearError) {
  const fake::SimulatedControls tree;
  const auto settings = sysfs_settings(tree.root());
  const auto message = [&](const Wishes& wishes) { return check_changes(wishes, settings).error().message; };
  EXPECT_THAT(message({"cpu.governor"}), HasSubstr("is not NAME=VALUE"));
  EXPECT_THAT(message({"=x"}), HasSubstr("is not NAME=VALUE"));
  EXPECT_THAT(message({"cpu.governer=performance"}), HasSubstr("no setting 'cpu.governer'"));
  EXPECT_THAT(message({"cpu.governor=fast"}), HasSubstr("cannot be 'fast'"));
  EXPECT_THAT(message({"cpu.turbo=on", "cpu.turbo=off"}), HasSubstr("set twice"));
  tree.write("sys/class/powercap/intel-rapl:0/enabled", "0");
  EXPECT_THAT(check_changes(Wishes{"cpu.package.0.power_limit=100W"}, sysfs_settings(tree.root())).error().message,
              HasSubstr("has no effect"));
}

}  // namespace
}  // namespace wattlens::settings
