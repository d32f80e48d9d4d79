#include "stats/stationarity.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "stats/summary.h"

namespace wattlens::stats {

Result<bool> is_stationary(std::span<const double> windows, double noise) {
  if (!(noise >= 0.0)) {
    return fail(ErrorKind::usage, fmt::format("the noise allowed between windows is 0 or more, got {}", noise));
  }
  WATTLENS_CHECK(check_samples(windows, 0, "a check for stationarity"));
  if (windows.size() < kStationarityWindows) return false;
  const auto early = windows.first(windows.size() / 10);
  const auto late = windows.last(windows.size() / 2);
  WATTLENS_TRY(const double early_mean, mean(early));
  WATTLENS_TRY(const double late_mean, mean(late));
  // Robust: one hiccup among the later windows must not widen what is allowed.
  WATTLENS_TRY(const double late_mad, median_absolute_deviation(late));
  const double standard_error =
      kMadToDeviation * late_mad *
      std::sqrt(1.0 / static_cast<double>(early.size()) + 1.0 / static_cast<double>(late.size()));
  return std::fabs(early_mean - late_mean) <= std::max(noise * std::fabs(late_mean), 2.0 * standard_error);
}

}  // namespace wattlens::stats
