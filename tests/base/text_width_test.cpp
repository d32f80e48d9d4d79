#include "base/text_width.h"

#include <gtest/gtest.h>

namespace wattlens::base {
namespace {

TEST(TextWidth, CountsColumnsNotBytes) {
  EXPECT_EQ(text_width(""), 0U);
  EXPECT_EQ(text_width("abc"), 3U);
  EXPECT_EQ(text_width("±°–ü"), 4U);
  EXPECT_EQ(text_width("e\u0301"), 1U);
  EXPECT_EQ(text_width("漢字"), 4U);
  EXPECT_EQ(text_width("\U0001F600"), 2U);
}

TEST(TextWidth, BrokenBytesCountOneEach) {
  EXPECT_EQ(text_width("\xFF\xFE"), 2U);
  EXPECT_EQ(text_width("\xE2\x82"), 2U);
  EXPECT_EQ(text_width("\xC3"), 1U);
}

TEST(OneLine, ControlCharactersBecomeSpaces) { EXPECT_EQ(one_line("a\nb\x1b[31mc\t\x7f"), "a b [31mc  "); }

}  // namespace
}  // namespace wattlens::base
