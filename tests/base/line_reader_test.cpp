#include "base/line_reader.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text_pieces.h"

namespace wattlens::base {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<std::string> lines_of(const std::string& text, std::size_t piece) {
  auto reader = reader_of(text, "log", piece);
  EXPECT_TRUE(reader);
  std::vector<std::string> lines;
  while (*reader->next()) lines.emplace_back(reader->line());
  return lines;
}

TEST(LineReader, NothingHasNoLine) { EXPECT_TRUE(lines_of("", 10).empty()); }

TEST(LineReader, LinesAreTheSameInPiecesOfAnySize) {
  for (const std::size_t piece : {1, 2, 3, 7, 4096}) {
    EXPECT_THAT(lines_of("\xef\xbb\xbf"
                         "a\r\n\nbc\nd",
                         piece),
                ElementsAre("a", "", "bc", "d"));
  }
}

TEST(LineReader, ALastLineWithoutEndIsTold) {
  auto reader = reader_of("a\nb");
  ASSERT_TRUE(*reader->next());
  EXPECT_FALSE(reader->cut_off());
  ASSERT_TRUE(*reader->next());
  EXPECT_TRUE(reader->cut_off());
  EXPECT_EQ(reader->number(), 2);
}

TEST(LineReader, TheHeadHoldsWholeLinesAndIsNotTaken) {
  std::string text;
  for (int i = 0; i < 40'000; ++i) text += fmt::format("line {}\n", i);
  auto reader = reader_of(text, "log", 1000);
  EXPECT_TRUE(reader->head().starts_with("line 0\n"));
  EXPECT_TRUE(reader->head().ends_with('\n'));
  std::int64_t count = 0;
  while (*reader->next()) ++count;
  EXPECT_EQ(count, 40'000);
}

TEST(LineReader, WhatIsNoTextIsRefusedWithAWayOut) {
  using namespace std::string_literals;
  EXPECT_THAT(reader_of("\xff\xfe"
                        "a\0b\0"s)
                  .error()
                  .hint,
              HasSubstr("iconv"));
  EXPECT_THAT(reader_of("\xfd"
                        "7zXZ rest")
                  .error()
                  .message,
              HasSubstr("compressed"));
  EXPECT_THAT(reader_of("a\0b"s).error().message, HasSubstr("zero bytes"));
}

TEST(LineReader, ALineWithoutEndDoesNotFillTheMemory) {
  auto reader = reader_of(std::string(std::size_t{3} << 20, 'a'), "log", 1 << 16);
  ASSERT_TRUE(reader);
  const auto next = reader->next();
  ASSERT_FALSE(next);
  EXPECT_THAT(next.error().message, HasSubstr("longer than 1 MiB"));
}

}  // namespace
}  // namespace wattlens::base
