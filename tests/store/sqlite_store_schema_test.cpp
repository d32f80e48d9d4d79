#include "store/sqlite_store_schema.h"

#include <gtest/gtest.h>

#include <array>

#include "fake/example_records.h"
#include "fake/temporary_folder.h"
#include "store/sqlite_store.h"

namespace wattlens::store {
namespace {

class SqliteStoreSchema : public testing::Test {
 protected:
  std::unique_ptr<Database> open(Database::Mode mode = Database::Mode::create) const {
    auto database = Database::open(path_, mode, base::Seconds{1.0});
    EXPECT_TRUE(database) << database.error().message;
    return database ? std::move(*database) : nullptr;
  }

  fake::TemporaryFolder folder_;
  base::Path path_ = folder_ / "wattlens.db";
};

constexpr std::array kOneStep = {"CREATE TABLE a (x)"};
constexpr std::array kTwoSteps = {"CREATE TABLE a (x)", "ALTER TABLE a ADD COLUMN y; UPDATE a SET y = x + 1"};

TEST_F(SqliteStoreSchema, AnOlderStoreIsBroughtUpToDateAndKeepsItsContent) {
  const auto database = open();
  ASSERT_TRUE(bring_up_to_date(*database, kOneStep));
  ASSERT_TRUE(database->execute("INSERT INTO a VALUES (41)"));
  ASSERT_TRUE(bring_up_to_date(*database, kTwoSteps));
  EXPECT_EQ(database->integer("SELECT y FROM a").value(), 42);
  EXPECT_EQ(database->integer("PRAGMA user_version").value(), 2);
  ASSERT_TRUE(bring_up_to_date(*database, kTwoSteps)) << "a second time there is nothing to do";
}

TEST_F(SqliteStoreSchema, AFailedStepLeavesTheOldVersionWhole) {
  const auto database = open();
  ASSERT_TRUE(bring_up_to_date(*database, kOneStep));
  constexpr std::array kBadStep = {"CREATE TABLE a (x)", "CREATE TABLE b (x); CREATE TABLE a (x)"};
  EXPECT_FALSE(bring_up_to_date(*database, kBadStep));
  EXPECT_EQ(database->integer("PRAGMA user_version").value(), 1);
  EXPECT_EQ(database->integer("SELECT count(*) FROM sqlite_schema WHERE name = 'b'").value(), 0);
}

TEST_F(SqliteStoreSchema, AStoreOfANewerVersionIsRefusedWithBothVersions) {
  ASSERT_TRUE(SqliteStore::open(path_));
  ASSERT_TRUE(open()->execute("PRAGMA user_version = 7"));
  for (const Access access : {Access::write, Access::read}) {
    const auto store = SqliteStore::open(path_, {access, base::Seconds{1.0}});
    ASSERT_FALSE(store);
    EXPECT_EQ(store.error().kind, ErrorKind::usage);
    EXPECT_NE(store.error().message.find("version 7"), std::string::npos) << store.error().message;
    EXPECT_NE(store.error().message.find("up to " + std::to_string(all_migrations().size())), std::string::npos);
    EXPECT_FALSE(store.error().hint.empty());
  }
}

TEST_F(SqliteStoreSchema, AnOlderReadOnlyStoreIsRefused) {
  ASSERT_TRUE(bring_up_to_date(*open(), kOneStep));
  const auto refused = bring_up_to_date(*open(Database::Mode::read_only), kTwoSteps);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::io);
}

TEST_F(SqliteStoreSchema, ADatabaseOfAnotherProgramIsLeftAsItIs) {
  ASSERT_TRUE(open()->execute("CREATE TABLE bookmarks (url)"));
  const auto store = SqliteStore::open(path_);
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().kind, ErrorKind::usage);
  EXPECT_EQ(open()->integer("SELECT count(*) FROM sqlite_schema").value(), 1);
  EXPECT_EQ(open()->text("PRAGMA journal_mode").value(), "delete");
}

TEST_F(SqliteStoreSchema, AnEmptyFileBecomesAStore) {
  ASSERT_TRUE(base::write_text(path_, ""));
  EXPECT_TRUE(SqliteStore::open(path_));
}

TEST_F(SqliteStoreSchema, AStoreKeepsAWriteAheadLog) {
  const auto store = SqliteStore::open(path_);
  ASSERT_TRUE(store);
  EXPECT_EQ(open()->text("PRAGMA journal_mode").value(), "wal");
}

}  // namespace
}  // namespace wattlens::store
