#include "audit/log_histogram.h"

#include <gtest/gtest.h>

#include <limits>

namespace wattlens::audit {
namespace {

TEST(LogHistogram, NothingHasNoQuantile) { EXPECT_FALSE(LogHistogram().quantile(0.5)); }

TEST(LogHistogram, EqualValuesComeBackExactly) {
  LogHistogram histogram;
  for (int i = 0; i < 10; ++i) histogram.add(1.0012);
  EXPECT_NEAR(*histogram.quantile(0.0), 1.0012, 1e-12);
  EXPECT_NEAR(*histogram.quantile(1.0), 1.0012, 1e-12);
}

TEST(LogHistogram, QuantilesAreWithinThreePerCent) {
  LogHistogram histogram;
  for (int i = 1; i <= 10'000; ++i) histogram.add(i);
  for (const double probability : {0.1, 0.5, 0.9, 0.99}) {
    EXPECT_NEAR(*histogram.quantile(probability), probability * 1e4, 0.032 * probability * 1e4);
  }
  EXPECT_NEAR(histogram.sum_above(5000.0), 37.5e6, 0.06 * 37.5e6);
}

TEST(LogHistogram, WhatIsNotAboveZeroCountsAsZero) {
  LogHistogram histogram;
  for (const double value : {0.0, -5.0, std::numeric_limits<double>::quiet_NaN(), 8.0}) histogram.add(value);
  EXPECT_EQ(*histogram.quantile(0.5), 0.0);
  EXPECT_EQ(*histogram.quantile(1.0), 8.0);
}

TEST(LogHistogram, ExtremeValuesHaveABin) {
  LogHistogram histogram;
  histogram.add(1e-300);
  histogram.add(1e300);
  EXPECT_EQ(*histogram.quantile(0.0), 1e-300);
  EXPECT_EQ(*histogram.quantile(1.0), 1e300);
}

}  // namespace
}  // namespace wattlens::audit
