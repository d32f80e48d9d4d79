#include "stats/interval.h"

#include <gtest/gtest.h>

#include <limits>

#include "stats/reference.h"

namespace wattlens::stats {
namespace {

using Values = std::vector<double>;

TEST(MeanInterval, NeedsTwoFiniteValues) {
  EXPECT_FALSE(mean_interval({}));
  EXPECT_FALSE(mean_interval(Values{1.0}));
  EXPECT_FALSE(mean_interval(Values{1.0, std::numeric_limits<double>::quiet_NaN()}));
  EXPECT_EQ(mean_interval(Values{1.0}).error().kind, ErrorKind::not_measurable);
}

TEST(MeanInterval, EqualValuesHaveAnIntervalOfNoWidth) {
  const auto found = mean_interval(Values(5, 0.3));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->value, 0.3);
  EXPECT_EQ(found->interval, (Interval{0.3, 0.3}));
}

TEST(MeanInterval, AConfidenceOutsideZeroToOneIsAUsageError) {
  for (const double bad : {0.0, 1.0, -0.5, 95.0, std::numeric_limits<double>::quiet_NaN()}) {
    ASSERT_FALSE(mean_interval(Values{1.0, 2.0}, bad));
    EXPECT_EQ(mean_interval(Values{1.0, 2.0}, bad).error().kind, ErrorKind::usage);
  }
}

TEST(MeanInterval, AnIntervalThatOverflowsIsAnError) { EXPECT_FALSE(mean_interval(Values{0.0, 1e308})); }

TEST(MeanInterval, AgreesWithSciPy) {
  for (const auto& [name, wanted] : reference().at("samples").items()) {
    const auto values = wanted.at("values").get<Values>();
    const auto at_95 = mean_interval(values);
    const auto at_99 = mean_interval(values, 0.99);
    ASSERT_TRUE(at_95 && at_99) << name;
    EXPECT_NEAR(at_95->interval.low, wanted.at("mean_interval_95").at(0), 1e-11 * std::fabs(at_95->value)) << name;
    EXPECT_NEAR(at_95->interval.high, wanted.at("mean_interval_95").at(1), 1e-11 * std::fabs(at_95->value)) << name;
    EXPECT_NEAR(at_99->interval.low, wanted.at("mean_interval_99").at(0), 1e-10 * std::fabs(at_99->value)) << name;
    EXPECT_NEAR(at_99->interval.high, wanted.at("mean_interval_99").at(1), 1e-10 * std::fabs(at_99->value)) << name;
  }
}

TEST(RelativeHalfWidth, OfZeroDoesNotExist) {
  EXPECT_FALSE(relative_half_width({0.0, {-1.0, 1.0}}));
  EXPECT_FALSE(relative_half_width({0.0, {0.0, 0.0}}));
  EXPECT_FALSE(relative_half_width({1.0, {2.0, 1.0}}));
}

TEST(RelativeHalfWidth, IsPositiveForNegativeValuesToo) {
  EXPECT_DOUBLE_EQ(*relative_half_width({-10.0, {-11.0, -9.0}}), 0.1);
  EXPECT_NEAR(*relative_half_width({10.0, {9.8, 10.2}}), 0.02, 1e-15);
}

}  // namespace
}  // namespace wattlens::stats
