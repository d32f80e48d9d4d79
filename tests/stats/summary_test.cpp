#include "stats/summary.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "stats/reference.h"

namespace wattlens::stats {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();
using Values = std::vector<double>;

TEST(Summary, AnEmptySampleHasNoStatistic) {
  EXPECT_FALSE(mean({}));
  EXPECT_FALSE(sample_standard_deviation({}));
  EXPECT_FALSE(coefficient_of_variation({}));
  EXPECT_FALSE(median({}));
  EXPECT_FALSE(quantile({}, 0.5));
  EXPECT_FALSE(median_absolute_deviation({}));
  EXPECT_EQ(mean({}).error().kind, ErrorKind::not_measurable);
}

TEST(Summary, OneValueHasALocationButNoSpread) {
  const Values one = {-4.0};
  EXPECT_EQ(mean(one), -4.0);
  EXPECT_EQ(median(one), -4.0);
  EXPECT_EQ(quantile(one, 0.9), -4.0);
  EXPECT_EQ(median_absolute_deviation(one), 0.0);
  ASSERT_FALSE(sample_standard_deviation(one));
  EXPECT_NE(sample_standard_deviation(one).error().message.find("at least 2 values, got 1"), std::string::npos);
}

TEST(Summary, EqualValuesHaveExactlyTheirValueAndNoSpread) {
  const Values equal(7, 0.1);
  EXPECT_EQ(mean(equal), 0.1);
  EXPECT_EQ(median(equal), 0.1);
  EXPECT_EQ(sample_standard_deviation(equal), 0.0);
  EXPECT_EQ(coefficient_of_variation(equal), 0.0);
}

TEST(Summary, ValuesThatAreNotFiniteAreNamedByTheirPlace) {
  for (const double bad : {kNan, kInfinity, -kInfinity}) {
    const Values values = {1.0, bad, 3.0};
    EXPECT_FALSE(median(values));
    EXPECT_FALSE(quantile(values, 0.5));
    EXPECT_FALSE(sample_standard_deviation(values));
    EXPECT_FALSE(median_absolute_deviation(values));
    EXPECT_FALSE(outlier_flags(values));
    ASSERT_FALSE(mean(values));
    EXPECT_NE(mean(values).error().message.find("value 2 of 3"), std::string::npos);
  }
}

TEST(Summary, AnOverflowIsAnErrorAndNotAnInfinity) {
  const Values huge = {1e308, -1e308, 1.5e308, 1.7e308};
  EXPECT_FALSE(mean(huge));
  EXPECT_FALSE(sample_standard_deviation(huge));
  EXPECT_EQ(quantile(Values{-1.7e308, 1.7e308}, 0.5), 0.0);
}

TEST(Summary, AMeanOfZeroHasNoCoefficientOfVariation) { EXPECT_FALSE(coefficient_of_variation(Values{-1.0, 1.0})); }

TEST(Summary, TheCoefficientOfVariationOfNegativeValuesIsPositive) {
  EXPECT_DOUBLE_EQ(*coefficient_of_variation(Values{-1.0, -3.0}), std::sqrt(2.0) / 2.0);
}

TEST(Summary, AProbabilityOutsideZeroToOneIsAUsageError) {
  for (const double bad : {-0.1, 1.1, kNan}) {
    ASSERT_FALSE(quantile(Values{1.0}, bad));
    EXPECT_EQ(quantile(Values{1.0}, bad).error().kind, ErrorKind::usage);
  }
}

TEST(Summary, AgreesWithSciPy) {
  ASSERT_TRUE(reference().is_object());
  for (const auto& [name, wanted] : reference().at("samples").items()) {
    const auto values = wanted.at("values").get<Values>();
    // A deviation of 1 on values of 1e9 keeps 7 digits less.
    const double rounding = name == "offset_30" ? 1e-6 : 1e-13;
    expect_close(*mean(values), wanted.at("mean"), name);
    EXPECT_NEAR(*sample_standard_deviation(values), wanted.at("standard_deviation").get<double>(), rounding * 100.0)
        << name;
    expect_close(*median(values), wanted.at("median"), name);
    expect_close(*median_absolute_deviation(values), wanted.at("median_absolute_deviation"), name);
    for (const auto& quantile_case : wanted.at("quantiles")) {
      expect_close(*quantile(values, quantile_case.at(0)), quantile_case.at(1), name);
    }
  }
}

TEST(OutlierFlags, FewValuesAndEqualValuesHaveNone) {
  EXPECT_EQ(outlier_flags({}), std::vector<bool>());
  EXPECT_EQ(outlier_flags(Values{5.0}), std::vector<bool>(1, false));
  EXPECT_EQ(outlier_flags(Values{1.0, 100.0}), std::vector<bool>(2, false));
  EXPECT_EQ(outlier_flags(Values(6, 3.0)), std::vector<bool>(6, false));
}

TEST(OutlierFlags, ALimitThatIsNotPositiveIsAUsageError) {
  for (const double bad : {0.0, -1.0, kNan}) {
    ASSERT_FALSE(outlier_flags(Values{1.0, 2.0, 3.0}, bad));
    EXPECT_EQ(outlier_flags(Values{1.0, 2.0, 3.0}, bad).error().kind, ErrorKind::usage);
  }
}

TEST(OutlierFlags, AreSetOnTheFarValueOnly) {
  const Values values = {10.0, 10.2, 9.9, 10.1, 25.0, 9.8};
  EXPECT_EQ(outlier_flags(values), (std::vector<bool>{false, false, false, false, true, false}));
  const Values low = {10.0, 10.2, 9.9, 10.1, -25.0, 9.8};
  EXPECT_EQ(outlier_flags(low), (std::vector<bool>{false, false, false, false, true, false}));
}

TEST(OutlierFlags, ChangeAtTheLimit) {
  // Median 0, MAD 1: the limit lies at 3.5 x 1.4826 = 5.189.
  const auto flags = [](double x) -> bool { return (*outlier_flags(Values{-1.0, -1.0, 0.0, 0.0, 1.0, 1.0, x}))[6]; };
  EXPECT_FALSE(flags(5.18));
  EXPECT_TRUE(flags(5.20));
}

TEST(OutlierFlags, AreFoundWhereMostValuesAreEqual) {
  Values values(9, 4.0);
  values.push_back(7.0);
  std::vector<bool> wanted(9, false);
  wanted.push_back(true);
  EXPECT_EQ(outlier_flags(values), wanted);
}

}  // namespace
}  // namespace wattlens::stats
