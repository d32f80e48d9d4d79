// Tests that look at the order of values only: for skewed samples and outliers. They do not compare means; where the
// shapes of the groups differ a small p may come from that. Ties get the mean of their ranks.
//
// Errors as in summary.h; values that are all equal are not_measurable. Pure and thread-safe.
#pragma once

#include <span>
#include <vector>

#include "base/result.h"
#include "stats/interval.h"
#include "stats/test_result.h"

namespace wattlens::stats {

// 1 for the smallest value; equal values share the mean of their ranks. Empty for no values.
std::vector<double> average_ranks(std::span<const double> values);

// Mann and Whitney (1947). The statistic is U of `one`: pairs in which it is larger, ties count half. Exact without
// ties up to 40 values in all, else normal with the correction for ties and for continuity. Each sample 1 value or
// more.
Result<TestResult> mann_whitney(std::span<const double> one, std::span<const double> other);

// Kruskal and Wallis (1952): H, corrected for ties, against chi squared; rough below 5 values per group.
Result<TestResult> kruskal_wallis(std::span<const std::vector<double>> groups);

// Dunn (1964), "Multiple comparisons using rank sums", corrected for ties: all pairs of groups after Kruskal-Wallis.
// Pairs in the order (0, 1), (0, 2), …
struct PairOfRanks {
  std::size_t one = 0;  // positions of the groups
  std::size_t other = 0;
  double z = 0.0;        // mean rank of one less that of other, over its standard error
  double p_value = 1.0;  // adjusted by Holm's method
};
Result<std::vector<PairOfRanks>> dunn(std::span<const std::vector<double>> groups);

// Spearman's rank correlation; p from t = rho sqrt((n - 2) / (1 - rho^2)) with n - 2 degrees of freedom; the interval
// is Fisher's z with the standard error sqrt((1 + rho^2 / 2) / (n - 3)) of Bonett and Wright (2000). Four pairs or
// more, of which neither side is constant; rough below 10. |rho| = 1 has no interval but the point itself.
struct Correlation {
  Estimate rho;
  double p_value = 1.0;
};
Result<Correlation> spearman(std::span<const double> x, std::span<const double> y, double confidence = kConfidence);

}  // namespace wattlens::stats
