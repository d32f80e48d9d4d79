#include "settings/journal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fake/temp_tree.h"

namespace wattlens::settings {
namespace {

using testing::HasSubstr;

class JournalFile : public testing::Test {
 protected:
  fake::TempTree tree_;
  base::Path file_ = tree_ / "state/settings.json";
};

TEST_F(JournalFile, NoFileIsNoJournal) {
  const auto journal = read_journal(file_);
  ASSERT_TRUE(journal);
  EXPECT_FALSE(*journal);
}

TEST_F(JournalFile, IsReadAsItWasWritten) {
  Journal journal{"boot-1", 4711, "resnet50", "2026-11-21T10:00:00Z", {}};
  journal.entries = {{"cpu.governor", "sys/a", "powersave", "performance", "performance"},
                     {"cpu.governor", "sys/b", "power", "", std::nullopt}};
  ASSERT_TRUE(write_journal(file_, journal));
  const auto read = read_journal(file_);
  ASSERT_TRUE(read && *read);
  EXPECT_EQ((*read)->boot_id, "boot-1");
  EXPECT_EQ((*read)->pid, 4711);
  ASSERT_EQ((*read)->entries.size(), 2U);
  EXPECT_EQ((*read)->entries[0].left, "performance");
  EXPECT_EQ((*read)->entries[1].original, "power");
  EXPECT_EQ((*read)->entries[1].left, std::nullopt);
}

TEST_F(JournalFile, WhatIsDamagedOrNewerIsRefusedAndKept) {
  for (const auto* text : {"", "{", "[]", R"({"schema": "wattlens.settings-journal/2", "entries": []})",
                           R"({"schema": "wattlens.settings-journal/1", "entries": [{"setting": "a"}]})"}) {
    tree_.write("state/settings.json", text);
    const auto journal = read_journal(file_);
    ASSERT_FALSE(journal) << text;
    EXPECT_THAT(journal.error().message, HasSubstr("settings.json"));
    EXPECT_TRUE(std::filesystem::exists(file_));
  }
}

TEST_F(JournalFile, WhatEverybodyMayWriteIsNotTrusted) {
  ASSERT_TRUE(write_journal(file_, {}));
  std::filesystem::permissions(file_, std::filesystem::perms::others_write, std::filesystem::perm_options::add);
  const auto journal = read_journal(file_);
  ASSERT_FALSE(journal);
  EXPECT_THAT(journal.error().message, HasSubstr("not trusted"));
}

TEST_F(JournalFile, ALinkIsNotFollowed) {
  tree_.write("other.json", R"({"schema": "wattlens.settings-journal/1", "entries": []})");
  tree_.link("state/settings.json", (tree_ / "other.json").string());
  EXPECT_FALSE(read_journal(file_));
}

TEST_F(JournalFile, RemovingItLeavesNothing) {
  ASSERT_TRUE(write_journal(file_, {}));
  tree_.write("state/settings.json.123.partial", "{");
  ASSERT_TRUE(remove_journal(file_));
  EXPECT_TRUE(std::filesystem::is_empty(file_.parent_path()));
  EXPECT_TRUE(remove_journal(file_));
}

}  // namespace
}  // namespace wattlens::settings
