// Whether a series of windows has settled: the end of the warm-up. Pure and thread-safe.
#pragma once

#include <span>

#include "base/result.h"

namespace wattlens::stats {

// Windows below which nothing can be said (the first 10 % would be less than one of them).
inline constexpr std::size_t kStationarityWindows = 10;

// Whether the first 10 % of the windows agree with the last 50 %: their means differ by no more than the larger of
// `noise` (relative to the later mean; 0.01 allows 1 %) and twice the standard error of the difference, with the
// scatter taken from the median absolute deviation of the last 50 %. The idea is Geweke's (1992). A rate and a power
// are each given on their own.
//
// Fewer than kStationarityWindows are not stationary yet: false. A value that is not finite is not_measurable, a
// negative noise a usage error.
Result<bool> is_stationary(std::span<const double> windows, double noise);

}  // namespace wattlens::stats
