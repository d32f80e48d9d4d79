#include "stats/effect_size.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "stats/summary.h"

namespace wattlens::stats {

std::string_view to_string(Magnitude magnitude) {
  switch (magnitude) {
    case Magnitude::negligible: return "negligible";
    case Magnitude::small: return "small";
    case Magnitude::medium: return "medium";
    case Magnitude::large: return "large";
  }
  return "unknown";
}

Result<double> cliffs_delta(std::span<const double> one, std::span<const double> other) {
  WATTLENS_CHECK(check_samples(one, 1, "Cliff's delta"));
  WATTLENS_CHECK(check_samples(other, 1, "Cliff's delta"));
  std::vector<double> sorted(other.begin(), other.end());
  std::ranges::sort(sorted);
  double dominance = 0.0;
  for (const double x : one) {
    const auto [first, last] = std::ranges::equal_range(sorted, x);
    dominance += static_cast<double>(first - sorted.begin()) - static_cast<double>(sorted.end() - last);
  }
  return dominance / static_cast<double>(one.size()) / static_cast<double>(other.size());
}

Magnitude magnitude_of_cliffs_delta(double delta) {
  const double size = std::fabs(delta);
  if (size < 0.147) return Magnitude::negligible;
  if (size < 0.33) return Magnitude::small;
  return size < 0.474 ? Magnitude::medium : Magnitude::large;
}

Result<double> eta_squared_of_h(double h, std::size_t groups, std::size_t count) {
  if (groups < 2 || count <= groups || !std::isfinite(h)) {
    return fail(ErrorKind::usage,
                fmt::format("eta squared needs 2 groups and more values than groups, got {} of {} in all (H = {})",
                            groups, count, h));
  }
  return (h - static_cast<double>(groups) + 1.0) / static_cast<double>(count - groups);
}

Magnitude magnitude_of_eta_squared(double eta_squared) {
  if (eta_squared < 0.01) return Magnitude::negligible;
  if (eta_squared < 0.06) return Magnitude::small;
  return eta_squared < 0.14 ? Magnitude::medium : Magnitude::large;
}

}  // namespace wattlens::stats
