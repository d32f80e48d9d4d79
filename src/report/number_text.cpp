#include "report/number_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace wattlens::report {
namespace {

constexpr int kMostDecimals = 12;

// The power of ten of the first digit: 0 for 1 to 9.99, -1 for 0.1 to 0.999. Exact zero counts as 0.
int magnitude(double value) { return value == 0.0 ? 0 : static_cast<int>(std::floor(std::log10(std::abs(value)))); }

int decimals_for(double value) { return std::clamp(2 - magnitude(value), 0, kMostDecimals); }

std::string fixed(double value, int decimals) {
  std::string text = fmt::format("{:.{}f}", value, decimals);
  // What rounds to zero is not negative.
  if (text.starts_with('-') && text.find_first_not_of("-0.") == std::string::npos) text.erase(0, 1);
  return text;
}

}  // namespace

std::string number_text(double value) {
  if (std::isnan(value)) return "–";
  if (std::isinf(value)) return value > 0 ? "∞" : "-∞";
  return fixed(value, decimals_for(value));
}

std::string number_text(double value, const std::optional<record::Interval<double>>& interval) {
  if (!std::isfinite(value) || !interval || !std::isfinite(interval->low) || !std::isfinite(interval->high)) {
    return number_text(value);
  }
  const double below = value - interval->low;
  const double above = interval->high - value;
  const double half = 0.5 * (below + above);
  if (!(half > 0.0)) return number_text(value);
  const int decimals = std::clamp(1 - magnitude(half), 0, std::max(decimals_for(value), decimals_for(half) - 1));
  const int shown = std::min(decimals, decimals_for(value));
  constexpr double kNearlyEqual = 0.1;
  if (std::abs(below - above) <= kNearlyEqual * half) {
    const std::string half_text = fixed(half, shown);
    if (half_text.find_first_not_of("0.") == std::string::npos) return number_text(value);
    return fmt::format("{} ± {}", fixed(value, shown), half_text);
  }
  const std::string low = fixed(interval->low, shown);
  const std::string_view to = low.starts_with('-') ? " to " : "–";  // a dash beside a minus sign misleads
  return fmt::format("{} ({}{}{})", fixed(value, shown), low, to, fixed(interval->high, shown));
}

}  // namespace wattlens::report
