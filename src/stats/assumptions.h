// Whether samples look normal, and equally spread: what decides between tests of means and of ranks. A large p proves
// neither: small samples show only gross departures. Errors as in summary.h. Pure and thread-safe.
#pragma once

#include <span>
#include <vector>

#include "base/result.h"
#include "stats/test_result.h"

namespace wattlens::stats {

// Shapiro and Wilk's W with the p of Royston (1995), "Remark AS R94"; 3 ... 5000 values that are not all equal. A small
// p speaks against a normal distribution.
Result<TestResult> shapiro_wilk(std::span<const double> samples);

// Levene's test around the medians: Brown and Forsythe (1974), "Robust tests for the equality of variances". Two
// groups or more of 2 values or more. A small p speaks against equal variances. Where no value differs from the median
// of its group there is no statistic: not_measurable.
Result<TestResult> levene(std::span<const std::vector<double>> groups);

}  // namespace wattlens::stats
