#include "report/number_text.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace wattlens::report {
namespace {

using Bounds = record::Interval<double>;
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

TEST(NumberText, ThreeSignificantDigitsWithoutAnInterval) {
  EXPECT_EQ(number_text(0.0), "0.00");
  EXPECT_EQ(number_text(0.0031234), "0.00312");
  EXPECT_EQ(number_text(1.0), "1.00");
  EXPECT_EQ(number_text(12.345), "12.3");
  EXPECT_EQ(number_text(123.45), "123");
  EXPECT_EQ(number_text(-123.45), "-123");
}

TEST(NumberText, WholeNumbersAreNotRoundedToTens) { EXPECT_EQ(number_text(12345.6), "12346"); }

TEST(NumberText, WhatIsNoNumberIsSaid) {
  EXPECT_EQ(number_text(kNan), "–");
  EXPECT_EQ(number_text(INFINITY), "∞");
  EXPECT_EQ(number_text(-INFINITY), "-∞");
  EXPECT_EQ(number_text(1.0, Bounds{kNan, kNan}), "1.00");
  EXPECT_EQ(number_text(kNan, Bounds{1.0, 2.0}), "–");
}

TEST(NumberText, TheIntervalChoosesTheDigits) {
  EXPECT_EQ(number_text(12.345, Bounds{12.1, 12.59}), "12.3 ± 0.2");
  EXPECT_EQ(number_text(12.345, Bounds{9.3, 15.4}), "12.3 ± 3.0");
  EXPECT_EQ(number_text(0.567, Bounds{0.267, 0.867}), "0.57 ± 0.30");
  EXPECT_EQ(number_text(1234.0, Bounds{1222.0, 1246.0}), "1234 ± 12");
}

TEST(NumberText, AnAsymmetricIntervalShowsBothBounds) {
  EXPECT_EQ(number_text(0.567, Bounds{0.397, 0.794}), "0.57 (0.40–0.79)");
  EXPECT_EQ(number_text(-0.1, Bounds{-0.2, 0.3}), "-0.10 (-0.20 to 0.30)");
}

TEST(NumberText, AnIntervalTooNarrowToShowIsLeftOut) {
  EXPECT_EQ(number_text(123.4, Bounds{123.39, 123.41}), "123");
  EXPECT_EQ(number_text(5.0, Bounds{5.0, 5.0}), "5.00");
}

TEST(NumberText, AnIntervalWiderThanTheValueKeepsItsDigits) {
  EXPECT_EQ(number_text(0.012, Bounds{-1.2, 1.224}), "0.0 ± 1.2");
}

TEST(NumberText, WhatRoundsToZeroIsNotNegative) { EXPECT_EQ(number_text(-0.001, Bounds{-2.0, 1.998}), "0.0 ± 2.0"); }

}  // namespace
}  // namespace wattlens::report
