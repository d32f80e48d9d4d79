#include "stats/proportion.h"

#include <gtest/gtest.h>

#include <array>

namespace wattlens::stats {
namespace {

TEST(WilsonInterval, WithoutTrialsThereIsNone) {
  EXPECT_FALSE(wilson_interval(0, 0));
  EXPECT_FALSE(wilson_interval(-1, 10));
  EXPECT_FALSE(wilson_interval(11, 10));
  EXPECT_FALSE(wilson_interval(1, 10, 1.0));
}

// scipy.stats.binomtest(k, n).proportion_ci(method="wilson"), SciPy 1.17.
TEST(WilsonInterval, IsThatOfScipy) {
  struct Case {
    std::int64_t successes, trials;
    double low, high;
  };
  constexpr std::array<Case, 6> kCases = {{{0, 10, 0.0, 0.27753279986288926},
                                           {8, 10, 0.4901624715366418, 0.9433178485456248},
                                           {10, 10, 0.7224672001371109, 1.0},
                                           {1, 1, 0.20654931437723745, 1.0},
                                           {761, 1000, 0.7336003718062973, 0.7864020602642428},
                                           {38065, 50000, 0.7575434965258424, 0.7650163556310895}}};
  for (const auto& [successes, trials, low, high] : kCases) {
    const auto found = wilson_interval(successes, trials);
    ASSERT_TRUE(found.has_value());
    EXPECT_DOUBLE_EQ(found->value, static_cast<double>(successes) / static_cast<double>(trials));
    EXPECT_NEAR(found->interval.low, low, 1e-9) << successes << " of " << trials;
    EXPECT_NEAR(found->interval.high, high, 1e-9) << successes << " of " << trials;
  }
}

}  // namespace
}  // namespace wattlens::stats
