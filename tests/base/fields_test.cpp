#include "base/fields.h"

#include <gtest/gtest.h>

namespace wattlens::base {
namespace {

std::vector<std::string> split(std::string_view line, char separator = ',') {
  Fields fields;
  EXPECT_TRUE(fields.split(line, separator));
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < fields.size(); ++i) texts.emplace_back(fields[i]);
  return texts;
}

using Texts = std::vector<std::string>;

TEST(Fields, AnEmptyLineIsOneEmptyField) { EXPECT_EQ(split(""), Texts{""}); }

TEST(Fields, BlanksAroundAFieldAreLeftOut) { EXPECT_EQ(split("a , b,, c "), (Texts{"a", "b", "", "c"})); }

TEST(Fields, QuotesKeepSeparatorsAndQuotes) {
  EXPECT_EQ(split(R"("a,b",3,"say ""no""")"), (Texts{"a,b", "3", "say \"no\""}));
  EXPECT_EQ(split(R"("1,5";"2")", ';'), (Texts{"1,5", "2"}));
}

TEST(Fields, AQuoteThatIsNotClosedIsNoRow) {
  Fields fields;
  EXPECT_FALSE(fields.split("a,\"b", ','));
}

TEST(Fields, TheSeparatorIsWhatAllLinesHaveEquallyOften) {
  EXPECT_EQ(guess_separator("time,power\n1,2\n2,3\n"), ',');
  EXPECT_EQ(guess_separator("time;power\n0,1;2,5\n0,2;3,5\n"), ';');
  EXPECT_EQ(guess_separator("time\tpower\n0,1\t2,5\n"), '\t');
  EXPECT_EQ(guess_separator("one"), ',');
}

TEST(Quantity, NumbersAreReadAsPeopleWriteThem) {
  EXPECT_DOUBLE_EQ(parse_quantity("119.17 W")->value, 119.17);
  EXPECT_EQ(parse_quantity("119.17 W")->unit, "W");
  EXPECT_DOUBLE_EQ(parse_quantity("1.234,56")->value, 1234.56);
  EXPECT_EQ(parse_quantity("1.234,56")->mark, DecimalMark::comma);
  EXPECT_DOUBLE_EQ(parse_quantity("1,234.56 Joules")->value, 1234.56);
  EXPECT_DOUBLE_EQ(parse_quantity("1,234,567")->value, 1234567.0);
  EXPECT_DOUBLE_EQ(parse_quantity("12,5")->value, 12.5);
  EXPECT_DOUBLE_EQ(parse_quantity("-3e5")->value, -3e5);
  EXPECT_DOUBLE_EQ(parse_quantity("+7")->value, 7.0);
  EXPECT_EQ(parse_quantity("100 W")->mark, DecimalMark::none);
}

TEST(Quantity, WhatIsNoNumberIsNone) {
  for (const char* text :
       {"", " ", "W", "[N/A]", "nan", "inf", "1.2.3", "1,2,3", "1.2,3.4", "1e999", "--1", ",", "."}) {
    EXPECT_FALSE(parse_quantity(text)) << text;
  }
}

TEST(Quantity, AbsentIsNotZero) {
  for (const char* text : {"", "[N/A]", "N/A", "nan", "[Not Supported]", "<not counted>", "None", " - "}) {
    EXPECT_TRUE(is_absent(text)) << text;
  }
  for (const char* text : {"0", "0 W", "broken", "-5"}) EXPECT_FALSE(is_absent(text)) << text;
}

}  // namespace
}  // namespace wattlens::base
