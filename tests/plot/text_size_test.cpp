#include "plot/text_size.h"

#include <gmock/gmock.h>

namespace wattlens::plot {
namespace {

using testing::ElementsAre;

TEST(TextSize, GrowsWithTheTextAndItsSize) {
  EXPECT_EQ(text_length("", 10), 0);
  EXPECT_GT(text_length("wide", 10), text_length("lily", 10));
  EXPECT_DOUBLE_EQ(text_length("abc", 20), 2 * text_length("abc", 10));
  EXPECT_GT(text_length("漢字", 10), text_length("ab", 10));
}

TEST(TextSize, ShortensBetweenLetters) {
  EXPECT_EQ(shortened("short", 10, 100), "short");
  const std::string cut = shortened("äöüäöüäöü", 10, 40);
  EXPECT_TRUE(cut.ends_with("…"));
  EXPECT_LE(text_length(cut, 10), 40);
  EXPECT_EQ(cut.size() % 2, 1U) << "whole letters of two bytes, and three of the sign";
}

TEST(TextSize, WrapsBetweenWords) {
  EXPECT_THAT(wrapped("", 10, 50, 2), ElementsAre(""));
  EXPECT_THAT(wrapped("one two three", 10, 45, 3), ElementsAre("one two", "three"));
  const auto lines = wrapped("one two three four five", 10, 45, 2);
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_TRUE(lines.back().ends_with("…"));
}

}  // namespace
}  // namespace wattlens::plot
