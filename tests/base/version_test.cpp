#include "base/version.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace wattlens::base {
namespace {

TEST(Version, OutsideGitTheRevisionSaysUnknown) {
  EXPECT_EQ(to_string(Version{"1.2.3", "unknown", "Release", "GNU 12.2.0"}), "1.2.3 (unknown, Release, GNU 12.2.0)");
}

TEST(Version, ThisBuildKnowsItself) {
  EXPECT_EQ(std::ranges::count(version().semantic, '.'), 2);
  EXPECT_FALSE(version().revision.empty());
  EXPECT_FALSE(version().build_type.empty());
  EXPECT_NE(version().compiler.find(' '), std::string_view::npos);
}

}  // namespace
}  // namespace wattlens::base
