// Whether the intervals hold the truth as often as they say, on simulated samples with fixed seeds.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <numeric>
#include <vector>

#include "base/random.h"
#include "stats/bootstrap.h"
#include "stats/comparison.h"
#include "stats/interval.h"
#include "stats/stop_rule.h"

namespace wattlens::stats {
namespace {

bool holds(const Interval& interval, double truth) { return interval.low <= truth && truth <= interval.high; }

// The share of `trials` in which `once(random)` is true.
template <class Once>
double share(int trials, std::uint64_t seed, Once once) {
  base::Random random(seed);
  int held = 0;
  for (int i = 0; i < trials; ++i) held += once(random) ? 1 : 0;
  return static_cast<double>(held) / trials;
}

std::vector<double> normal_sample(base::Random& random, std::size_t count, double mean, double deviation) {
  std::vector<double> values(count);
  for (double& x : values) x = mean + deviation * random.normal();
  return values;
}

TEST(Coverage, TheTIntervalHoldsTheMeanOfNormalValuesAsStated) {
  for (const std::size_t count : {2U, 5U, 8U, 30U}) {
    for (const double confidence : {0.80, 0.95}) {
      const double covered = share(4000, count, [&](base::Random& random) {
        return holds(mean_interval(normal_sample(random, count, 3.0, 0.2), confidence)->interval, 3.0);
      });
      // Four standard errors of a share of 4000.
      EXPECT_NEAR(covered, confidence, 4.0 * std::sqrt(confidence * (1.0 - confidence) / 4000.0)) << count;
    }
  }
}

TEST(Coverage, BcaHoldsTheMeanAndTheMedianOfSkewedValues) {
  const BootstrapOptions options{.resamples = 500};
  const double sigma = 0.3;
  const auto skewed = [&](base::Random& random) {
    std::vector<double> values = normal_sample(random, 30, 0.0, sigma);
    for (double& x : values) x = std::exp(x);
    return values;
  };
  const double mean_covered = share(600, 1, [&](base::Random& random) {
    return holds(bca_mean(skewed(random), random, options)->interval, std::exp(0.5 * sigma * sigma));
  });
  const double median_covered = share(
      600, 2, [&](base::Random& random) { return holds(bca_median(skewed(random), random, options)->interval, 1.0); });
  EXPECT_GT(mean_covered, 0.91);
  EXPECT_LT(mean_covered, 0.985);
  EXPECT_GT(median_covered, 0.91);
  EXPECT_LT(median_covered, 0.985);
}

TEST(Coverage, BcaIsTooNarrowForFiveValuesAndTIsNot) {
  const BootstrapOptions options{.resamples = 500};
  const double bca_covered = share(1000, 3, [&](base::Random& random) {
    return holds(bca_mean(normal_sample(random, 5, 3.0, 0.2), random, options)->interval, 3.0);
  });
  EXPECT_LT(bca_covered, 0.88);  // why comparisons use t below kBcaPairs
}

TEST(Coverage, AComparisonFindsNoDifferenceWhereThereIsNone) {
  std::vector<std::int64_t> blocks(8);
  std::iota(blocks.begin(), blocks.end(), 0);
  const double different = share(2000, 4, [&](base::Random& random) {
    std::vector<double> a;
    std::vector<double> b;
    for (std::size_t i = 0; i < blocks.size(); ++i) {
      const double block = std::exp(0.3 * random.normal());  // heat, neighbours: the same for both
      a.push_back(block * std::exp(0.02 * random.normal()));
      b.push_back(block * std::exp(0.02 * random.normal()));
    }
    const auto found = compare_by_block({a, blocks}, {b, blocks}, random);
    return found->verdicts.front() == Verdict::less || found->verdicts.front() == Verdict::more;
  });
  EXPECT_NEAR(different, 0.05, 0.02);
}

// Stopping as soon as the interval is narrow favours samples that look less noisy than they are: coverage falls a
// little below 95 %. This holds how much.
TEST(Coverage, StoppingOnWidthCostsLittleCoverage) {
  for (const double variation : {0.01, 0.03}) {
    for (const StopRule& rule : {StopRule{}, quick_stop_rule()}) {
      const double covered = share(400, 5, [&](base::Random& random) {
        std::vector<double> values;
        do {
          values.push_back(10.0 * (1.0 + variation * random.normal()));
        } while (!decide(rule, values, {})->reason);
        return holds(mean_interval(values)->interval, 10.0);
      });
      EXPECT_GT(covered, 0.90) << variation << " from " << rule.minimum_count;
    }
  }
}

}  // namespace
}  // namespace wattlens::stats
