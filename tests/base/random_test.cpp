#include "base/random.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <vector>

namespace wattlens::base {
namespace {

TEST(Random, FollowsThePublishedSplitMix64Sequence) {
  Random random(1234567);
  EXPECT_EQ(random.next(), 6457827717110365317ULL);
  EXPECT_EQ(random.next(), 3203168211198807973ULL);
  EXPECT_EQ(random.next(), 9817491932198370423ULL);
}

TEST(Random, NormalQuantileMatchesSciPy) {
  // scipy.stats.norm.ppf
  EXPECT_NEAR(normal_quantile(0.5), 0.0, 1e-15);
  EXPECT_NEAR(normal_quantile(0.975), 1.959963984540054, 1e-13);
  EXPECT_NEAR(normal_quantile(1e-5), -4.264890793922825, 1e-12);
  EXPECT_NEAR(normal_quantile(1e-300), -37.0470962993612, 1e-9);
}

TEST(Random, FilledUniformNumbersAreTheSingleOnesRounded) {
  Random filling(7);
  Random single(7);
  std::vector<float> values(100);
  filling.fill_uniform(values, -0.5, 2.0);
  for (const float value : values) EXPECT_EQ(value, static_cast<float>(single.uniform(-0.5, 2.0)));
}

TEST(Random, SkippingEntersTheStreamFurtherOn) {
  Random skipping(7);
  Random stepping(7);
  skipping.skip(0);
  skipping.skip(1000);
  for (int i = 0; i < 1000; ++i) stepping.next();
  EXPECT_EQ(skipping.next(), stepping.next());
}

TEST(Random, NormalHasTheMomentsOfAStandardNormal) {
  Random random(7);
  std::vector<float> values(200'000);
  random.fill_normal(values);
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
  double square = 0.0;
  double fourth = 0.0;
  for (const double v : values) {
    square += v * v;
    fourth += v * v * v * v;
  }
  EXPECT_NEAR(mean, 0.0, 0.01);
  EXPECT_NEAR(square / static_cast<double>(values.size()), 1.0, 0.02);
  EXPECT_NEAR(fourth / static_cast<double>(values.size()), 3.0, 0.15);
}

TEST(Random, ExponentialNumbersAreThoseOfTheNumPyTwin) {
  // tools/portable_random.py: Random(7).exponential(3)
  Random random(7);
  EXPECT_EQ(random.exponential(), 0x1.f9dfa91949292p-2);
  EXPECT_EQ(random.exponential(), 0x1.1564fc853fd13p-6);
  EXPECT_EQ(random.exponential(), 0x1.27b5522e52a85p+1);
}

TEST(Random, ExponentialHasMeanAndDeviationOne) {
  Random random(11);
  double sum = 0.0;
  double squares = 0.0;
  constexpr int kCount = 200'000;
  for (int i = 0; i < kCount; ++i) {
    const double value = random.exponential();
    ASSERT_GE(value, 0.0);
    sum += value;
    squares += value * value;
  }
  EXPECT_NEAR(sum / kCount, 1.0, 0.01);
  EXPECT_NEAR(squares / kCount, 2.0, 0.04);
}

TEST(Random, BelowStaysBelowAndReachesEveryValue) {
  Random random(3);
  std::vector<int> seen(7);
  for (int i = 0; i < 7000; ++i) ++seen[random.below(7)];
  EXPECT_GT(*std::min_element(seen.begin(), seen.end()), 800);
}

TEST(Random, ShuffleIsAPermutationThatRepeats) {
  std::vector<int> first(20);
  std::iota(first.begin(), first.end(), 0);
  std::vector<int> second = first;
  const std::vector<int> sorted = first;
  Random a(5);
  Random b(5);
  shuffle(std::span(first), a);
  shuffle(std::span(second), b);
  EXPECT_EQ(first, second);
  EXPECT_NE(first, sorted);
  std::sort(first.begin(), first.end());
  EXPECT_EQ(first, sorted);
}

TEST(Random, ShuffleAcceptsNothingAndOne) {
  std::vector<int> none;
  std::vector<int> one = {4};
  Random random(1);
  shuffle(std::span(none), random);
  shuffle(std::span(one), random);
  EXPECT_EQ(one.front(), 4);
}

TEST(Random, DerivedSeedsDifferByNameAndBySeed) {
  EXPECT_EQ(derive_seed(1, "weights"), derive_seed(1, "weights"));
  EXPECT_NE(derive_seed(1, "weights"), derive_seed(1, "inputs"));
  EXPECT_NE(derive_seed(1, "weights"), derive_seed(2, "weights"));
}

}  // namespace
}  // namespace wattlens::base
