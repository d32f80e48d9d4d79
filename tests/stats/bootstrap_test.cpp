#include "stats/bootstrap.h"

#include <gtest/gtest.h>

#include <limits>

#include "stats/reference.h"

namespace wattlens::stats {
namespace {

using Values = std::vector<double>;

TEST(Bootstrap, NeedsTwoFiniteValues) {
  base::Random random(1);
  for (const Values& bad : {Values{}, Values{1.0}, Values{1.0, std::numeric_limits<double>::quiet_NaN()}}) {
    EXPECT_FALSE(bca_mean(bad, random));
    EXPECT_FALSE(bca_median(bad, random));
  }
}

TEST(Bootstrap, BadOptionsAreUsageErrors) {
  base::Random random(1);
  const Values values = {1.0, 2.0, 3.0};
  for (const BootstrapOptions& bad :
       {BootstrapOptions{.resamples = 1}, BootstrapOptions{.resamples = -5}, BootstrapOptions{.confidence = 1.0}}) {
    ASSERT_FALSE(bca_mean(values, random, bad));
    EXPECT_EQ(bca_mean(values, random, bad).error().kind, ErrorKind::usage);
    EXPECT_FALSE(bca_median(values, random, bad));
  }
}

TEST(Bootstrap, EqualValuesHaveAnIntervalOfNoWidth) {
  base::Random random(1);
  const Values equal(30, 0.1);
  EXPECT_EQ(bca_mean(equal, random)->interval, (Interval{0.1, 0.1}));
  EXPECT_EQ(bca_median(equal, random)->interval, (Interval{0.1, 0.1}));
}

TEST(Bootstrap, MedianWithoutJackknifeScatterStillHasAnInterval) {
  base::Random random(1);
  const auto found = bca_median(reference_sample("ties_30"), random);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->acceleration, 0.0);
  EXPECT_LE(found->interval.low, found->value);
  EXPECT_GE(found->interval.high, found->value);
}

TEST(Bootstrap, ResamplesAllOnOneSideAreAnError) {
  Values resampled = {2.0, 3.0, 4.0};
  EXPECT_FALSE(bca_interval(1.0, Values{1.0, 2.0}, resampled));
}

TEST(Bootstrap, ASampleTooSkewedIsAnErrorAndNotAWrongInterval) {
  // The acceleration is at most 1/6, here nearly so; the pole then lies at 6 deviations, inside this interval.
  Values jackknife(100, 1.0);
  jackknife.push_back(-1000.0);
  Values resampled;
  for (int i = 0; i < 1000; ++i) resampled.push_back(i);
  const auto found = bca_interval(900.0, jackknife, resampled, 0.9999999);
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().kind, ErrorKind::not_measurable);
}

TEST(Bootstrap, TheSameSeedGivesTheSameInterval) {
  const Values values = reference_sample("lognormal_30");
  base::Random first(9);
  base::Random second(9);
  base::Random other(10);
  const Interval wanted = bca_mean(values, first)->interval;
  EXPECT_EQ(bca_mean(values, second)->interval, wanted);
  EXPECT_NE(bca_mean(values, other)->interval, wanted);
}

TEST(Bootstrap, IntervalOfGivenResamplesAgreesWithSciPy) {
  ASSERT_EQ(reference().at("bootstrap").size(), 9U);
  for (const auto& wanted : reference().at("bootstrap")) {
    auto resampled = wanted.at("resampled").get<Values>();
    const auto jackknife = wanted.at("jackknife").get<Values>();
    const auto found = bca_interval(wanted.at("value"), jackknife, resampled);
    ASSERT_TRUE(found) << wanted.at("sample");
    // SciPy's normal quantile and ours differ in the last digits, which moves the place between two resamples.
    const double tolerance = 1e-9 * std::fabs(found->interval.high - found->interval.low);
    EXPECT_NEAR(found->interval.low, wanted.at("interval_of_resampled").at(0), tolerance) << wanted.at("sample");
    EXPECT_NEAR(found->interval.high, wanted.at("interval_of_resampled").at(1), tolerance) << wanted.at("sample");
  }
}

TEST(Bootstrap, OwnResamplesAgreeWithSciPyWithinMonteCarloError) {
  for (const auto& wanted : reference().at("bootstrap")) {
    const Values values = reference_sample(wanted.at("sample"));
    const bool of_mean = wanted.at("statistic") == "mean";
    for (const std::uint64_t seed : {1, 2, 3, 4, 5}) {
      base::Random random(seed);
      const auto found = of_mean ? bca_mean(values, random) : bca_median(values, random);
      ASSERT_TRUE(found);
      expect_close(found->value, wanted.at("value"), wanted.at("sample"));
      for (const std::size_t end : {0U, 1U}) {
        const double ours = end == 0 ? found->interval.low : found->interval.high;
        const double theirs = wanted.at("interval_mean_over_seeds").at(end);
        // A median's interval ends on a value of the sample (or between two): it can be the same for every seed.
        const double spread = wanted.at("interval_deviation_over_seeds").at(end);
        EXPECT_NEAR(ours, theirs, 5.0 * spread + 1e-9 * std::fabs(theirs))
            << wanted.at("sample") << " " << wanted.at("statistic") << " seed " << seed;
      }
    }
  }
}

TEST(Bootstrap, LargeSamplesDrawEveryIndexAlike) {
  // 3000^k does not divide 2^64: without rejection and batching done right the mean of the resamples would drift.
  Values values;
  for (int i = 0; i < 3000; ++i) values.push_back(i);
  base::Random random(4);
  const auto found = bca_mean(values, random, {.resamples = 2000});
  ASSERT_TRUE(found);
  // The t interval of these values is 1499.5 -+ 31.0; a share of 2000 resamples is known to +-3.5 %.
  EXPECT_NEAR(found->interval.low, 1499.5 - 31.0, 3.0);
  EXPECT_NEAR(found->interval.high, 1499.5 + 31.0, 3.0);
  EXPECT_NEAR(found->bias_correction, 0.0, 0.1);
}

}  // namespace
}  // namespace wattlens::stats
