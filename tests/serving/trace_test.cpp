#include "serving/trace.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text_pieces.h"

namespace wattlens::serving {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Result<std::vector<std::int64_t>> read(std::string text, std::int64_t most = 1000, std::size_t piece = 4096) {
  auto lines = base::reader_of(std::move(text), "trace.csv", piece);
  if (!lines) return std::unexpected(lines.error());
  return read_trace(*lines, most);
}

TEST(Trace, DatesCountFromTheFirst) {
  const auto times = read(
      "TIMESTAMP,ContextTokens,GeneratedTokens\n"
      "2023-11-16 18:17:03.9799600,4808,10\n"
      "2023-11-16 18:17:04.0319600,3180,8\r\n"
      "2023-11-16 18:17:04.0319600,110,27");
  EXPECT_THAT(times.value(), ElementsAre(0, 52'000'000, 52'000'000));
}

TEST(Trace, SecondsNeedNoHeading) {
  EXPECT_THAT(read("3\n3.5\n\n# a remark\n4.25\n").value(), ElementsAre(0, 500'000'000, 1'250'000'000));
  EXPECT_THAT(read("0,7\n0.5,6\n").value(), ElementsAre(0, 500'000'000));
  EXPECT_THAT(read(".5\n.75\n").value(), ElementsAre(0, 250'000'000));
}

TEST(Trace, TheHeadingNamesTheColumnAndItsUnit) {
  EXPECT_THAT(read("id,Arrival_ms\n7,0\n3,250\n").value(), ElementsAre(0, 250'000'000));
  EXPECT_THAT(read("id;time\n7;0\n3;0.25\n").value(), ElementsAre(0, 250'000'000));
  for (const char* heading : {"arrival_time_ms", "Timestamp (ms)", "time [ms]", "when_ms"}) {
    EXPECT_THAT(read(heading + std::string("\n500\n600\n")).value(), ElementsAre(0, 100'000'000)) << heading;
  }
  const auto unnamed = read("id,when\n1,10\n2,20\n");
  ASSERT_FALSE(unnamed);
  EXPECT_THAT(unnamed.error().message, HasSubstr("trace.csv:1: no column is headed timestamp, time or arrival"));
}

TEST(Trace, OnlyAsMuchIsReadAsIsWanted) {
  EXPECT_THAT(read("0\n1\nnonsense\n", 2).value(), ElementsAre(0, 1'000'000'000));
}

TEST(Trace, WhatIsWrongIsToldWithItsLineAndAWayOut) {
  struct Case {
    std::string_view text;
    std::string_view message;
  };
  for (const Case& expected : {
           Case{"", "trace.csv holds no request"},
           Case{"time\n", "trace.csv holds no request"},
           Case{"time\n0\n-1\n", "trace.csv:3: the time -1 is negative"},
           Case{"-5\n", "trace.csv:1: the time -5 is negative"},
           Case{"time\n2\n\n1\n", "trace.csv:4: '1' is before the time of the row above"},
           Case{"time\n0\nsoon\n", "trace.csv:3: 'soon' is no time"},
           Case{"0\n2023-11-16 18:17:03\n", "trace.csv:2: '2023-11-16 18:17:03' is of another style"},
           Case{"id,time\n1,0\n2\n", "trace.csv:3: there is no field 2"},
           Case{"time\n\"0\n", "trace.csv:2: a quote is not closed"},
           Case{"0x10\n", "trace.csv:1: '0x10' is no time"},
           Case{"when\n1\n2\n", "trace.csv:1: no column is headed"},  // in which unit?
           Case{"nan\n1\n2\n", "trace.csv:1: no column is headed"},
       }) {
    const auto times = read(std::string(expected.text));
    ASSERT_FALSE(times) << expected.text;
    EXPECT_EQ(times.error().kind, ErrorKind::usage);
    EXPECT_THAT(times.error().message, HasSubstr(std::string(expected.message)));
    EXPECT_FALSE(times.error().hint.empty());
  }
}

TEST(Trace, IsTheSameInPiecesOfAnySize) {
  std::string text = "time\n";
  for (int i = 0; i < 500; ++i) text += fmt::format("{}.{}\n", i / 10, i % 10);
  const auto times = read(text).value();
  EXPECT_EQ(times.size(), 500U);
  for (const std::size_t piece : {1, 7, 64}) EXPECT_EQ(read(text, 1000, piece).value(), times);
}

}  // namespace
}  // namespace wattlens::serving
