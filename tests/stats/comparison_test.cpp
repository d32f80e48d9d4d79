#include "stats/comparison.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <numeric>

#include "stats/planned_looks.h"
#include "stats/reference.h"
#include "stats/welch.h"

namespace wattlens::stats {
namespace {

using Values = std::vector<double>;
using Blocks = std::vector<std::int64_t>;

Blocks count_up(std::size_t count) {
  Blocks blocks(count);
  std::iota(blocks.begin(), blocks.end(), 0);
  return blocks;
}

Result<Comparison> compare(const Values& numerator, const Values& denominator, ComparisonOptions options = {}) {
  base::Random random(1);
  const Blocks above = count_up(numerator.size());
  const Blocks below = count_up(denominator.size());
  return compare_by_block({numerator, above}, {denominator, below}, random, options);
}

TEST(Comparison, NeedsTwoCommonBlocks) {
  EXPECT_FALSE(compare({}, {}));
  EXPECT_FALSE(compare({1.0}, {2.0}));
  EXPECT_FALSE(compare({1.0, 2.0, 3.0}, {2.0}));
  base::Random random(1);
  const Values values = {1.0, 2.0};
  const Blocks early = {0, 1};
  const Blocks late = {2, 3};
  const auto found = compare_by_block({values, early}, {values, late}, random);
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().kind, ErrorKind::not_measurable);
}

TEST(Comparison, LengthsThatDoNotMatchAreAUsageError) {
  base::Random random(1);
  const Values values = {1.0, 2.0};
  const Blocks blocks = {0, 1};
  const Blocks short_blocks = {0};
  const auto found = compare_by_block({values, short_blocks}, {values, blocks}, random);
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().kind, ErrorKind::usage);
}

TEST(Comparison, RefusesValuesThatHaveNoLogarithm) {
  for (const double bad : {0.0, -1.0, std::numeric_limits<double>::quiet_NaN()}) {
    EXPECT_FALSE(compare({1.0, bad, 1.0}, {1.0, 1.0, 1.0}));
    EXPECT_FALSE(compare({1.0, 1.0, 1.0}, {1.0, bad, 1.0}));
  }
}

TEST(Comparison, RefusesALimitThatIsNoNumberOrNegative) {
  for (const double bad : {-0.01, std::numeric_limits<double>::quiet_NaN()}) {
    EXPECT_FALSE(compare({1.0, 1.1}, {1.0, 1.0}, {.equivalence_limit = bad}));
  }
}

TEST(Comparison, EqualSidesAreEquivalent) {
  const auto found = compare({1.0, 2.0, 3.0}, {1.0, 2.0, 3.0});
  ASSERT_TRUE(found);
  EXPECT_EQ(found->ratio.value, 1.0);
  EXPECT_EQ(found->ratio.interval, (Interval{1.0, 1.0}));
  EXPECT_EQ(verdict_text(*found), "equivalent");
}

TEST(Comparison, FollowsTheIntervalWithItsWords) {
  const Values ones(6, 1.0);
  EXPECT_EQ(verdict_text(*compare({0.80, 0.81, 0.79, 0.80, 0.82, 0.80}, ones)), "less");
  EXPECT_EQ(verdict_text(*compare({1.20, 1.21, 1.19, 1.20, 1.22, 1.20}, ones)), "more");
  EXPECT_EQ(verdict_text(*compare({0.990, 0.991, 0.989, 0.990, 0.992, 0.990}, ones)), "less, equivalent");
  EXPECT_EQ(verdict_text(*compare({1.001, 0.999, 1.000, 1.002, 0.998, 1.001}, ones)), "equivalent");
  EXPECT_EQ(verdict_text(*compare({1.2, 0.8, 1.0, 1.3, 0.7, 1.1}, ones)), "not distinguishable");
}

TEST(Comparison, ExchangedSidesGiveTheReciprocal) {
  const Values a = {0.98, 1.03, 0.97, 1.0, 0.96};
  const Values b = {1.0, 1.01, 1.0, 1.02, 0.99};
  const auto there = compare(a, b);
  const auto back = compare(b, a);
  ASSERT_TRUE(there && back);
  EXPECT_NEAR(there->ratio.value * back->ratio.value, 1.0, 1e-14);
  EXPECT_NEAR(there->ratio.interval.low * back->ratio.interval.high, 1.0, 1e-14);
}

TEST(Comparison, WhatChangesFromBlockToBlockCancels) {
  const auto found = compare({0.9, 9.0, 90.0, 900.0}, {1.0, 10.0, 100.0, 1000.0});
  ASSERT_TRUE(found);
  EXPECT_NEAR(found->ratio.interval.low, 0.9, 1e-12);
  EXPECT_NEAR(found->ratio.interval.high, 0.9, 1e-12);
}

TEST(Comparison, PairsByBlockAndNotByPosition) {
  base::Random random(1);
  const Values numerator = {30.0, 1.0, 20.0, 1.0, 4.0};
  const Blocks above = {3, 1, 2, 7, 1};  // block 1 twice: geometric mean 2; block 7 has no partner
  const Values denominator = {10.0, 20.0, 30.0, 5.0};
  const Blocks below = {1, 2, 3, 9};
  const auto found = compare_by_block({numerator, above}, {denominator, below}, random);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->log_ratios.size(), 3U);
  EXPECT_NEAR(found->ratio.value, std::cbrt(0.2 * 1.0 * 1.0), 1e-14);
}

TEST(Comparison, AgreesWithSciPy) {
  for (const auto& wanted : reference().at("pairs")) {
    const auto numerator = wanted.at("numerator").get<Values>();
    const auto found = compare(numerator, wanted.at("denominator").get<Values>());
    ASSERT_TRUE(found);
    EXPECT_EQ(found->log_ratios.size(), numerator.size());
    EXPECT_NEAR(found->ratio.value, wanted.at("ratio").get<double>(), 1e-13);
    EXPECT_NEAR(found->ratio.interval.low, wanted.at("t_interval_95").at(0).get<double>(), 1e-12);
    EXPECT_NEAR(found->ratio.interval.high, wanted.at("t_interval_95").at(1).get<double>(), 1e-12);
    ASSERT_EQ(found->bca.has_value(), numerator.size() >= kBcaPairs);
    if (!found->bca) continue;
    const auto tolerance = [&](std::size_t end) {
      return 5.0 * wanted.at("bca_deviation_over_seeds").at(end).get<double>();
    };
    EXPECT_NEAR(found->bca->low, wanted.at("bca_mean_over_seeds").at(0).get<double>(), tolerance(0));
    EXPECT_NEAR(found->bca->high, wanted.at("bca_mean_over_seeds").at(1).get<double>(), tolerance(1));
  }
}

TEST(Comparison, ItsPFallsBelowTheLevelWhereTheIntervalLeavesOneOut) {
  base::Random random(7);
  for (int trial = 0; trial < 200; ++trial) {
    Values above;
    for (int i = 0; i < 7; ++i) above.push_back(std::exp(0.01 * random.normal() + 0.008));
    const auto found = compare(above, Values(7, 1.0));
    ASSERT_TRUE(found);
    const bool excluded = found->ratio.interval.low > 1.0 || found->ratio.interval.high < 1.0;
    EXPECT_EQ(found->p_value < 0.05, excluded) << found->p_value;
  }
  EXPECT_EQ(compare({2.0, 2.0}, {1.0, 1.0})->p_value, 0.0);
  EXPECT_EQ(compare({1.0, 2.0}, {1.0, 2.0})->p_value, 1.0);
}

TEST(Comparison, AnErrorThatAllPairsShareWidensTheIntervalAndNothingElse) {
  const Values a = {0.98, 1.03, 0.97, 1.0, 0.96};
  const Values b = {1.0, 1.01, 1.0, 1.02, 0.99};
  const auto narrow = compare(a, b);
  const auto wide = compare(a, b, {.shared_error = 0.1});
  ASSERT_TRUE(narrow && wide);
  EXPECT_EQ(wide->ratio.value, narrow->ratio.value);
  EXPECT_NEAR(wide->ratio.interval.low, narrow->ratio.interval.low * std::exp(-0.1), 1e-14);
  EXPECT_NEAR(wide->ratio.interval.high, narrow->ratio.interval.high * std::exp(0.1), 1e-14);
  EXPECT_FALSE(compare(a, b, {.shared_error = -0.1}));
}

TEST(Comparison, FindsWhatItSaysItCanDetect) {
  base::Random random(11);
  const double truth = *smallest_detectable_difference(0.02, 10);
  int found = 0;
  for (int trial = 0; trial < 500; ++trial) {
    Values above;
    for (int i = 0; i < 10; ++i) above.push_back((1.0 + truth) * std::exp(0.02 * random.normal()));
    found += compare(above, Values(10, 1.0))->ratio.interval.low > 1.0 ? 1 : 0;
  }
  EXPECT_NEAR(found / 500.0, 0.9, 0.05);
}

TEST(SeparateComparison, RefusesTooFewValuesNoScatterAndWhatHasNoLogarithm) {
  EXPECT_FALSE(compare_separate({}, {}));
  EXPECT_FALSE(compare_separate(Values{1.0}, Values{1.0, 2.0}));
  EXPECT_FALSE(compare_separate(Values{1.0, 1.0}, Values{2.0, 2.0}));
  EXPECT_FALSE(compare_separate(Values{1.0, 0.0}, Values{2.0, 2.1}));
  EXPECT_FALSE(compare_separate(Values{1.0, 1.1}, Values{2.0, 2.1}, {.equivalence_limit = -1.0}));
}

TEST(SeparateComparison, IsWelchsTestOfTheLogarithms) {
  const Values one = {0.80, 0.82, 0.79, 0.81};
  const Values other = {1.00, 1.02, 0.97, 1.01, 1.03};
  const auto found = compare_separate(one, other);
  ASSERT_TRUE(found);
  const auto logs = [](Values values) {
    for (double& x : values) x = std::log(x);
    return values;
  };
  const auto welch = welch_t(logs(one), logs(other));
  EXPECT_NEAR(found->ratio.interval.low, std::exp(welch->difference.interval.low), 1e-14);
  EXPECT_NEAR(found->ratio.interval.high, std::exp(welch->difference.interval.high), 1e-14);
  EXPECT_EQ(found->p_value, welch->p_value);
  EXPECT_TRUE(found->log_ratios.empty());
  EXPECT_EQ(verdict_text(*found), "less");
  EXPECT_GT(found->detectable, 0.0);
}

}  // namespace
}  // namespace wattlens::stats
