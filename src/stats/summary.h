// What one sample says about itself: location, spread, outliers. Dimensionless: the caller knows the unit.
//
// Errors: every function refuses an empty or too small sample, a NaN and an infinity, and a result that overflows
// (not_measurable, with the position of the value). Pure and thread-safe.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace wattlens::stats {

// At least `minimum` values, all finite; `what` begins the error message ("a mean").
Result<void> check_samples(std::span<const double> samples, std::size_t minimum, std::string_view what);

Result<double> mean(std::span<const double> samples);
Result<double> sample_standard_deviation(std::span<const double> samples);  // divisor n - 1; n >= 2
Result<double> coefficient_of_variation(std::span<const double> samples);   // s / |mean|; the mean is not 0

Result<double> median(std::span<const double> samples);
// Hyndman and Fan (1996), type 7 (the default of R and NumPy); probability in [0, 1].
Result<double> quantile(std::span<const double> samples, double probability);
// The same of values that are already sorted and checked; asserts that there is one.
double quantile_of_sorted(std::span<const double> sorted, double probability);

// Median absolute deviation from the median, not scaled.
Result<double> median_absolute_deviation(std::span<const double> samples);
// Estimates a normal distribution's standard deviation from the median absolute deviation: 1 / quantile(0.75).
inline constexpr double kMadToDeviation = 1.4826022185056018;

// True where a value lies more than `limit` robust deviations from the median (Iglewicz and Hoaglin 1993, modified
// z-score). Where more than half of the values are equal the mean absolute deviation stands in for the MAD, as they
// propose; equal values and samples of fewer than 3 have no outliers. Flags only: nothing is ever dropped.
Result<std::vector<bool>> outlier_flags(std::span<const double> samples, double limit = 3.5);

}  // namespace wattlens::stats
