#include "stats/trend.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace wattlens::stats {
namespace {

const std::vector<double> kYears = {2012, 2016, 2018, 2020, 2022};
const std::vector<double> kEnergies = {0.31, 1.07, 0.052, 4.4, 4.1};

std::vector<double> logarithms(std::vector<double> values) {
  for (double& value : values) value = std::log(value);
  return values;
}

// scipy.stats.linregress, and t.ppf(0.975, 3).
TEST(Line, AgreesWithSciPy) {
  const auto line = fit_line(kYears, logarithms(kEnergies));
  ASSERT_TRUE(line);
  EXPECT_NEAR(line->slope.value, 0.25391824015610426, 1e-12);
  EXPECT_NEAR(line->intercept, -512.538930214715, 1e-7);
  EXPECT_NEAR(line->slope.interval.low, -0.5092717097174528, 1e-9);
  EXPECT_NEAR(line->slope.interval.high, 1.0171081900296615, 1e-9);
  EXPECT_EQ(line->degrees, 3.0);
}

TEST(Line, WhatIsKnownOfEachValueWidensTheInterval) {
  const std::vector<double> x = {0, 1, 2};
  const std::vector<double> y = {1, 3, 5};
  const auto exact = fit_line(x, y);
  ASSERT_TRUE(exact);
  EXPECT_NEAR(exact->slope.value, 2.0, 1e-12);
  EXPECT_NEAR(exact->slope.interval.high, 2.0, 1e-9);
  const std::vector<double> variances = {0.5, 9.0, 0.5};  // that of the middle does not turn the line
  const auto wide = fit_line(x, y, variances);
  ASSERT_TRUE(wide);
  EXPECT_NEAR(wide->slope.interval.high, 2.0 + 12.706204736 * std::sqrt(0.25), 1e-6);
}

TEST(Line, NeedsThreePairsAndAnXThatVaries) {
  const std::vector<double> two = {1, 2};
  EXPECT_FALSE(fit_line(two, two));
  const std::vector<double> same = {1, 1, 1};
  EXPECT_EQ(fit_line(same, std::vector<double>{1, 2, 3}).error().kind, ErrorKind::not_measurable);
  EXPECT_EQ(fit_line(kYears, same).error().kind, ErrorKind::usage);
  EXPECT_FALSE(fit_line(std::vector<double>{1, 2, NAN}, same));
}

// scipy.stats.kendalltau with the methods "exact" and, with ties, "asymptotic".
TEST(KendallTau, AgreesWithSciPy) {
  const auto five = kendall(kYears, kEnergies);
  ASSERT_TRUE(five);
  EXPECT_NEAR(five->tau, 0.4, 1e-12);
  EXPECT_NEAR(five->p_value, 0.48333333333333334, 1e-12);
  EXPECT_NEAR(kendall(kYears, kYears)->p_value, 0.016666666666666666, 1e-12);
  const std::vector<double> eight = {1, 2, 3, 4, 5, 6, 7, 8};
  const auto swapped = kendall(eight, std::vector<double>{2, 1, 4, 3, 6, 5, 8, 7});
  EXPECT_NEAR(swapped->tau, 0.7142857142857142, 1e-12);
  EXPECT_NEAR(swapped->p_value, 0.014136904761904762, 1e-12);
  const auto tied = kendall(std::vector<double>{1, 2, 2, 3, 4, 5}, std::vector<double>{3, 1, 2, 2, 5, 6});
  ASSERT_TRUE(tied);
  EXPECT_FALSE(tied->exact);
  EXPECT_NEAR(tied->tau, 0.5, 1e-12);
  EXPECT_NEAR(tied->p_value, 0.17308015214379324, 1e-9);
}

TEST(KendallTau, OfWhatDoesNotVaryIsNothing) {
  EXPECT_EQ(kendall(kYears, std::vector<double>{1, 1, 1, 1, 1}).error().kind, ErrorKind::not_measurable);
  EXPECT_FALSE(kendall({}, {}));
}

}  // namespace
}  // namespace wattlens::stats
