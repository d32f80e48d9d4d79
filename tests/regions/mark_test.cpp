#include "regions/mark.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace wattlens::regions {
namespace {

std::vector<Mark> marks_of(MarkReader& reader, std::string_view bytes) {
  std::vector<Mark> marks;
  reader.read(bytes, [&](const Mark& mark) { marks.push_back(mark); });
  return marks;
}

TEST(Mark, ALineHasKindTimeThreadAndName) {
  MarkFaults faults;
  const auto mark = parse_mark("1 b 123456789 7 8 0 epoch 3", faults);
  ASSERT_TRUE(mark);
  EXPECT_EQ(mark->kind, MarkKind::begin);
  ASSERT_TRUE(mark->time);
  EXPECT_EQ(mark->time->ns, 123456789);
  EXPECT_EQ(mark->thread, (Thread{7, 8}));
  EXPECT_EQ(mark->name, "epoch 3");
  EXPECT_EQ(faults.lines.count + faults.names.count + faults.too_long.count + faults.lost, 0);
}

TEST(Mark, WithoutATimeItCountsFromItsArrival) {
  MarkFaults faults;
  const auto mark = parse_mark("1 e - 7 7 2 x", faults);
  ASSERT_TRUE(mark);
  EXPECT_EQ(mark->kind, MarkKind::end);
  EXPECT_FALSE(mark->time);
  EXPECT_EQ(mark->lost, 2);
  EXPECT_EQ(faults.lost, 2);
}

TEST(Mark, WhatIsNoMarkIsNamed) {
  for (const char* line : {"", " ", "hello", "2 b 1 1 1 0 x", "1 c 1 1 1 0 x", "1 b x 1 1 0 x", "1 b -1 1 1 0 x",
                           "1 b 1 1 1 0 ", "1 b 1 1 1 0", "1 b 1 1 1", "1 b 99999999999999999999 1 1 0 x",
                           "1 b 1 1 1 -1 x", "1 b 9223372036854775807 1 1 0 x"}) {
    MarkFaults faults;
    EXPECT_FALSE(parse_mark(line, faults)) << line;
    EXPECT_EQ(faults.lines.count, 1) << line;
  }
  MarkFaults faults;
  EXPECT_FALSE(parse_mark("gar\x1b[2Jbage", faults));
  EXPECT_EQ(faults.lines.example, "gar\xEF\xBF\xBD[2Jbage");
}

TEST(Mark, ANameIsUnescapedAndMadeHarmless) {
  const auto name_of = [](const std::string& text, std::int64_t expected_faults) {
    MarkFaults faults;
    const auto mark = parse_mark("1 b 1 1 1 0 " + text, faults);
    EXPECT_EQ(faults.names.count, expected_faults) << text;
    return mark ? mark->name : "";
  };
  EXPECT_EQ(name_of("100%25", 0), "100%");
  EXPECT_EQ(name_of("100 % sure", 0), "100 % sure");
  EXPECT_EQ(name_of("a%0Ab", 1),
            "a\xEF\xBF\xBD"
            "b");
  EXPECT_EQ(name_of("a\tb", 1),
            "a\xEF\xBF\xBD"
            "b");
  EXPECT_EQ(name_of("Épöche 日本 🎉", 0), "Épöche 日本 🎉");
  EXPECT_EQ(name_of("\xC2\x85", 1), "\xEF\xBF\xBD");                   // a control character of Latin-1
  EXPECT_EQ(name_of("\xC0\xAF", 1), "\xEF\xBF\xBD\xEF\xBF\xBD");       // overlong
  EXPECT_EQ(name_of("\xED\xA0\x80", 1).substr(0, 3), "\xEF\xBF\xBD");  // surrogate
  EXPECT_EQ(name_of("\xF4\x90\x80\x80", 1).substr(0, 3), "\xEF\xBF\xBD");
  EXPECT_EQ(name_of("x\xC3", 1), "x\xEF\xBF\xBD");  // half of a letter
}

TEST(Mark, ALongNameIsCutBetweenLetters) {
  MarkFaults faults;
  const auto mark = parse_mark("1 b 1 1 1 0 " + std::string(kLongestName - 1, 'x') + "äyz", faults);
  ASSERT_TRUE(mark);
  EXPECT_EQ(mark->name, std::string(kLongestName - 1, 'x'));
  EXPECT_EQ(faults.too_long.count, 1);
}

TEST(MarkReader, PutsLinesTogetherFromPieces) {
  MarkReader reader;
  EXPECT_TRUE(marks_of(reader, "1 b 1 1 ").empty());
  const auto marks = marks_of(reader, "1 0 a\n1 e 2 1 1 0 a\n1 b");
  ASSERT_EQ(marks.size(), 2U);
  EXPECT_EQ(marks[0].name, "a");
  reader.end();
  EXPECT_EQ(reader.faults().lines.count, 1);
}

TEST(MarkReader, GoesOnAfterGarbageOfAnyLength) {
  MarkReader reader;
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(marks_of(reader, std::string(10'000, '\xFF')).empty());
  const auto marks = marks_of(reader, "\n1 b 1 1 1 0 a\n");
  EXPECT_EQ(marks.size(), 1U);
  EXPECT_EQ(reader.faults().lines.count, 1);
  EXPECT_LT(reader.faults().lines.example.size(), 200U);
}

}  // namespace
}  // namespace wattlens::regions
