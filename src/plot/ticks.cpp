#include "plot/ticks.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <string_view>

namespace wattlens::plot {
namespace {

constexpr double kSlack = 1e-9;  // of a step: a tick at the very end of a range is inside

// 1, 2 or 5 times a power of ten, so that `range` has at most `most` of them.
double nice_step(Interval<double> range, int most) {
  const double wanted = (range.high - range.low) / std::max(1, most - 1);
  const double power = std::pow(10.0, std::floor(std::log10(wanted)));
  for (const double factor : {1.0, 2.0, 5.0, 10.0}) {
    const double step = factor * power;
    const double count = std::floor(range.high / step + kSlack) - std::ceil(range.low / step - kSlack) + 1.0;
    if (step >= wanted * (1.0 - kSlack) || count <= most) return step;
  }
  return 10.0 * power;
}

// A multiple of 3 that brings the numbers to between 1 and 1000, where they would be hard to read as they are.
int common_exponent(double greatest) {
  constexpr double kReadable = 1e5;
  constexpr double kLeast = 1e-2;
  if (greatest == 0.0 || (greatest < kReadable && greatest >= kLeast)) return 0;
  return 3 * static_cast<int>(std::floor(std::log10(greatest) / 3.0 + kSlack));
}

std::string fixed(double value, int decimals) {
  std::string text = fmt::format("{:.{}f}", value, decimals);
  if (text.starts_with('-') && text.find_first_not_of("-0.") == std::string::npos) text.erase(0, 1);
  if (text.starts_with('-')) text.replace(0, 1, "−");
  return text;
}

int decimals_of(double step) { return std::clamp(-static_cast<int>(std::floor(std::log10(step) + kSlack)), 0, 12); }

Ticks linear_ticks(Interval<double> range, int most, bool percent) {
  Ticks found;
  const double step = nice_step(range, most);
  const double greatest = std::max(std::abs(range.low), std::abs(range.high));
  found.exponent = percent ? 0 : common_exponent(greatest);
  const double shown = percent ? 100.0 : std::pow(10.0, -found.exponent);
  const int decimals = decimals_of(step * shown);
  const double first = std::ceil(range.low / step - kSlack);
  const double count = std::floor(range.high / step + kSlack) - first + 1.0;
  // A range that is short against its distance from 0 cannot be told apart in doubles: no more than `most` steps.
  for (int i = 0; i < std::min(count, most + 1.0); ++i) {
    const double at = (first + i) * step;
    found.ticks.push_back({at, fixed(at * shown, decimals)});
  }
  return found;
}

std::string power_label(int exponent, bool plain) {
  if (!plain) return fmt::format("10^{}", exponent);
  return fixed(std::pow(10.0, exponent), std::max(0, -exponent));
}

// Whole decades, every `stride`-th with a label; small ticks between where there is room for them.
Ticks decade_ticks(Interval<double> range, int low, int high, int most) {
  Ticks found;
  const int stride = std::max(1, (high - low + most) / most);
  const bool plain = low >= -3 && high <= 4;
  for (int decade = low - 1; decade <= high; ++decade) {
    const double power = std::pow(10.0, decade);
    if (decade >= low) {
      const bool labelled = (decade - low) % stride == 0;
      found.ticks.push_back({power, labelled ? power_label(decade, plain) : ""});
    }
    for (int factor = 2; stride == 1 && factor <= 9; ++factor) {
      if (factor * power >= range.low && factor * power <= range.high) found.ticks.push_back({factor * power, ""});
    }
  }
  return found;
}

// 1, 2, 5, 10, 20, … with their labels; the other digits as small ticks.
Ticks mantissa_ticks(Interval<double> range, int low, int high) {
  Ticks found;
  found.exponent = common_exponent(range.high);
  for (int decade = low; decade <= high; ++decade) {
    for (int factor = 1; factor <= 9; ++factor) {
      const double at = factor * std::pow(10.0, decade);
      if (at < range.low || at > range.high) continue;
      const bool labelled = factor == 1 || factor == 2 || factor == 5;
      found.ticks.push_back(
          {at, labelled ? fixed(at * std::pow(10.0, -found.exponent), std::max(0, found.exponent - decade)) : ""});
    }
  }
  return found;
}

std::size_t labelled(const Ticks& ticks) {
  return static_cast<std::size_t>(
      std::ranges::count_if(ticks.ticks, [](const Tick& tick) { return !tick.label.empty(); }));
}

Ticks log10_ticks(Interval<double> range, int most) {
  const int below = static_cast<int>(std::floor(std::log10(range.low) + kSlack));
  const int low = static_cast<int>(std::ceil(std::log10(range.low) - kSlack));
  const int high = static_cast<int>(std::floor(std::log10(range.high) + kSlack));
  Ticks mantissas = mantissa_ticks(range, below, high);
  if (labelled(mantissas) >= 3 && labelled(mantissas) <= static_cast<std::size_t>(most)) return mantissas;
  if (high - low >= 1) return decade_ticks(range, low, high, most);
  if (labelled(mantissas) >= 2 && range.high / range.low > 4.0) return mantissas;
  return linear_ticks(range, most, false);
}

Ticks log2_ticks(Interval<double> range, int most) {
  const int low = static_cast<int>(std::ceil(std::log2(range.low) - kSlack));
  const int high = static_cast<int>(std::floor(std::log2(range.high) + kSlack));
  if (high - low < 1) return linear_ticks(range, most, false);
  Ticks found;
  const int stride = std::max(1, (high - low + most) / most);
  constexpr int kPlain = 20;
  for (int power = low; power <= high; power += stride) {
    const double at = std::exp2(power);
    const bool plain = power >= -3 && power <= kPlain;
    found.ticks.push_back({at, plain ? fmt::format("{:.10g}", at) : fmt::format("2^{}", power)});
  }
  return found;
}

}  // namespace

Ticks make_ticks(Interval<double> range, Scale scale, int most, bool percent) {
  most = std::max(most, 2);
  switch (scale) {
    case Scale::linear: return linear_ticks(range, most, percent);
    case Scale::log10: return log10_ticks(range, most);
    case Scale::log2: return log2_ticks(range, most);
  }
  return {};
}

std::string with_superscript(const std::string& label) {
  constexpr std::array<std::string_view, 10> kDigits = {"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
  const std::size_t caret = label.find('^');
  std::string text = label.substr(0, caret);
  if (caret == std::string::npos) return text;
  for (const char c : label.substr(caret + 1)) text += c == '-' ? "⁻" : kDigits.at(static_cast<std::size_t>(c - '0'));
  return text;
}

}  // namespace wattlens::plot
