#include "report/sparkline.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string_view>
#include <vector>

namespace wattlens::report {
namespace {

constexpr std::array<std::string_view, 8> kBars = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
constexpr double kFlat = 0.01;  // half of the least range, as a share of the median

std::vector<double> finite(std::span<const double> values) {
  std::vector<double> found;
  std::ranges::copy_if(values, std::back_inserter(found), [](double value) { return std::isfinite(value); });
  return found;
}

// The upper one of two in the middle; NaN of nothing.
double median(std::vector<double> values) {
  if (values.empty()) return std::numeric_limits<double>::quiet_NaN();
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::ranges::nth_element(values, middle);
  return *middle;
}

std::string_view bar(double value, double low, double high) {
  if (!std::isfinite(value)) return " ";
  const double place = high > low ? (value - low) / (high - low) : 0.5;
  const auto step = static_cast<std::size_t>(std::clamp(place, 0.0, 1.0) * static_cast<double>(kBars.size()));
  return kBars[std::min(step, kBars.size() - 1)];
}

}  // namespace

std::string sparkline(std::span<const double> values, double low, double high, std::size_t most) {
  if (finite(values).empty() || most == 0) return {};
  std::string text;
  const std::size_t bars = std::min(values.size(), most);
  for (std::size_t i = 0; i < bars; ++i) {
    const std::size_t begin = i * values.size() / bars;
    const std::size_t end = (i + 1) * values.size() / bars;
    text += bar(median(finite(values.subspan(begin, end - begin))), low, high);
  }
  return text;
}

std::string sparkline(std::span<const double> values, std::size_t most) {
  const std::vector<double> known = finite(values);
  if (known.empty()) return {};
  const auto [least, greatest] = std::ranges::minmax(known);
  const double middle = median(known);
  const double flat = kFlat * std::abs(middle);
  return sparkline(values, std::min(least, middle - flat), std::max(greatest, middle + flat), most);
}

}  // namespace wattlens::report
