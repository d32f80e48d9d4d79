#include "experiment/axis.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wattlens::experiment {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Result<std::vector<std::int64_t>> batches(std::string_view text) { return parse_integer_axis(text, "batch", 1, 4096); }

TEST(IntegerAxis, ListsRangesAndFactorsMix) {
  EXPECT_THAT(batches("1,2,4").value(), ElementsAre(1, 2, 4));
  EXPECT_THAT(batches("8-64*2").value(), ElementsAre(8, 16, 32, 64));
  EXPECT_THAT(batches("1-4").value(), ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(batches("16-64+24, 1").value(), ElementsAre(16, 40, 64, 1));
  EXPECT_THAT(batches("5-40*3").value(), ElementsAre(5, 15));
}

TEST(IntegerAxis, EqualValuesAreKeptOnce) { EXPECT_THAT(batches("4,1-4,4").value(), ElementsAre(4, 1, 2, 3)); }

TEST(IntegerAxis, WhatCannotBeReadIsQuoted) {
  for (const std::string_view text :
       {"", "a", "1,,2", "8-", "-8", "4-1", "1-8*1", "0-8*2", "1-8+0", "1-8*", "1.5", "1-2-3"}) {
    const auto values = batches(text);
    ASSERT_FALSE(values) << text;
    EXPECT_EQ(values.error().kind, ErrorKind::usage) << text;
    EXPECT_THAT(values.error().message, HasSubstr("batch")) << text;
    EXPECT_FALSE(values.error().hint.empty()) << text;
  }
}

TEST(IntegerAxis, ValuesOutsideTheLimitsAreRefused) {
  EXPECT_FALSE(batches("0"));
  EXPECT_FALSE(batches("4097"));
  EXPECT_FALSE(batches("9223372036854775808"));
}

TEST(IntegerAxis, ARangeNeverOverflowsNorFillsTheMemory) {
  EXPECT_FALSE(parse_integer_axis("1-9223372036854775807", "threads", 0, INT64_MAX));
  EXPECT_EQ(parse_integer_axis("1-9223372036854775807*2", "threads", 0, INT64_MAX).value().size(), 63U);
}

TEST(WordAxis, TrimsAndKeepsOnce) {
  EXPECT_THAT(parse_word_axis("resnet50, mobilenet_v2,resnet50", "model").value(),
              ElementsAre("resnet50", "mobilenet_v2"));
  EXPECT_FALSE(parse_word_axis("a,,b", "model"));
  EXPECT_FALSE(parse_word_axis("", "model"));
}

TEST(SettingsAxis, IsEveryCombinationOfTheValues) {
  const std::vector<std::string> asked = {"cpu.governor=performance, powersave", "cpu.turbo=off"};
  EXPECT_THAT(parse_settings_axis(asked).value(),
              ElementsAre("cpu.governor=performance+cpu.turbo=off", "cpu.governor=powersave+cpu.turbo=off"));
  EXPECT_THAT(split_settings("cpu.governor=powersave+cpu.turbo=off"),
              ElementsAre("cpu.governor=powersave", "cpu.turbo=off"));
  EXPECT_TRUE(split_settings("").empty());
  for (const std::string text : {"turbo", "cpu.turbo=", "cpu.turbo=a,,b", "a=b+c=d"}) {
    EXPECT_FALSE(parse_settings_axis(std::vector{text})) << text;
  }
}

TEST(Share, IsPercentOrFraction) {
  EXPECT_DOUBLE_EQ(parse_share("2%", "target").value(), 0.02);
  EXPECT_DOUBLE_EQ(parse_share("0.05", "target").value(), 0.05);
  for (const std::string_view text : {"", "%", "0", "-1%", "101%", "2", "nan"})
    EXPECT_FALSE(parse_share(text, "target"));
}

}  // namespace
}  // namespace wattlens::experiment
