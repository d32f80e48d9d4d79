#include "cli/store_path.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "fake/temporary_folder.h"

namespace wattlens::cli {
namespace {

TEST(StorePath, WritingMakesTheUsersFolderAndReadingDoesNot) {
  const fake::TemporaryFolder folder;
  setenv("XDG_DATA_HOME", folder.path().c_str(), 1);
  const auto none = open_store({}, store::Access::read);
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().kind, ErrorKind::not_found);
  EXPECT_FALSE(std::filesystem::exists(folder / "wattlens"));
  EXPECT_TRUE(open_store({}, store::Access::write));
  EXPECT_EQ(default_store_path(), folder / "wattlens/wattlens.db");
  EXPECT_TRUE(open_store({}, store::Access::read));
  unsetenv("XDG_DATA_HOME");
}

TEST(StorePath, AFolderThatTheUserNamedIsNotMade) {
  const fake::TemporaryFolder folder;
  EXPECT_FALSE(open_store(folder / "no/such.db", store::Access::write));
  EXPECT_FALSE(std::filesystem::exists(folder / "no"));
}

}  // namespace
}  // namespace wattlens::cli
