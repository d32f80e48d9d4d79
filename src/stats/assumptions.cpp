#include "stats/assumptions.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "base/random.h"
#include "stats/distributions.h"
#include "stats/summary.h"

namespace wattlens::stats {
namespace {

constexpr std::size_t kMostForShapiro = 5000;

template <std::size_t N>
double polynomial(const std::array<double, N>& coefficients, double x) {
  double sum = 0.0;
  for (std::size_t i = N; i-- > 0;) sum = sum * x + coefficients[i];
  return sum;
}

// The weights of the upper half of the sorted values, largest first; the lower half has the same with a minus sign.
std::vector<double> shapiro_weights(std::size_t count) {
  static constexpr std::array kFirst = {0.0, 0.221157, -0.147981, -2.07119, 4.434685, -2.706056};
  static constexpr std::array kSecond = {0.0, 0.042981, -0.293762, -1.752461, 5.682633, -3.582633};
  const std::size_t half = count / 2;
  if (count == 3) return {std::sqrt(0.5)};
  const auto n = static_cast<double>(count);
  std::vector<double> scores(half);  // expected normal order statistics, by Blom
  double squares = 0.0;
  for (std::size_t i = 0; i < half; ++i) {
    scores[i] = -base::normal_quantile((static_cast<double>(i) + 1.0 - 0.375) / (n + 0.25));
    squares += 2.0 * scores[i] * scores[i];
  }
  const double root = std::sqrt(squares);
  const double x = 1.0 / std::sqrt(n);
  std::vector<double> weights(half);
  weights[0] = polynomial(kFirst, x) + scores[0] / root;
  double left = squares - 2.0 * scores[0] * scores[0];
  double share = 1.0 - 2.0 * weights[0] * weights[0];
  std::size_t next = 1;
  if (count > 5) {
    weights[1] = polynomial(kSecond, x) + scores[1] / root;
    left -= 2.0 * scores[1] * scores[1];
    share -= 2.0 * weights[1] * weights[1];
    next = 2;
  }
  const double scale = std::sqrt(share / left);
  for (std::size_t i = next; i < half; ++i) weights[i] = scale * scores[i];
  return weights;
}

double shapiro_p(double w, std::size_t count) {
  const auto n = static_cast<double>(count);
  if (count == 3) {
    constexpr double kSixOverPi = 1.9098593171027440;
    return std::clamp(kSixOverPi * (std::asin(std::sqrt(w)) - std::asin(std::sqrt(0.75))), 0.0, 1.0);
  }
  double y = std::log(1.0 - w);
  double mean = 0.0;
  double deviation = 1.0;
  if (count <= 11) {
    const double gamma = polynomial(std::array{-2.273, 0.459}, n);
    if (y >= gamma) return 0.0;
    y = -std::log(gamma - y);
    mean = polynomial(std::array{0.544, -0.39978, 0.025054, -6.714e-4}, n);
    deviation = std::exp(polynomial(std::array{1.3822, -0.77857, 0.062767, -0.0020322}, n));
  } else {
    const double log_n = std::log(n);
    mean = polynomial(std::array{-1.5861, -0.31082, -0.083751, 0.0038915}, log_n);
    deviation = std::exp(polynomial(std::array{-0.4803, -0.082676, 0.0030302}, log_n));
  }
  return normal_probability((mean - y) / deviation);
}

}  // namespace

Result<TestResult> shapiro_wilk(std::span<const double> samples) {
  WATTLENS_CHECK(check_samples(samples, 3, "a Shapiro-Wilk test"));
  if (samples.size() > kMostForShapiro) {
    return fail(ErrorKind::not_measurable,
                fmt::format("a Shapiro-Wilk test takes at most {} values, got {}", kMostForShapiro, samples.size()));
  }
  std::vector<double> sorted(samples.begin(), samples.end());
  std::ranges::sort(sorted);
  const double range = sorted.back() - sorted.front();
  if (!(range > 0.0) || !std::isfinite(range)) {
    return fail(ErrorKind::not_measurable, range == 0.0 ? "a Shapiro-Wilk test needs values that differ"
                                                        : "a Shapiro-Wilk test overflows: the values are too large");
  }
  // In units of the range, so that squares neither overflow nor vanish.
  const double middle = quantile_of_sorted(sorted, 0.5);
  for (double& x : sorted) x = (x - middle) / range;
  WATTLENS_TRY(const double centre, mean(sorted));
  double squares = 0.0;
  for (const double x : sorted) squares += (x - centre) * (x - centre);
  const std::vector<double> weights = shapiro_weights(sorted.size());
  double sum = 0.0;
  for (std::size_t i = 0; i < weights.size(); ++i) sum += weights[i] * (sorted[sorted.size() - 1 - i] - sorted[i]);
  const double w = std::min(1.0, sum * sum / squares);
  return TestResult{w, shapiro_p(w, sorted.size())};
}

Result<TestResult> levene(std::span<const std::vector<double>> groups) {
  if (groups.size() < 2) {
    return fail(ErrorKind::usage, fmt::format("Levene's test needs 2 groups or more, got {}", groups.size()));
  }
  std::vector<std::vector<double>> distances;
  std::vector<double> all;
  for (const std::vector<double>& group : groups) {
    WATTLENS_CHECK(check_samples(group, 2, "a group of Levene's test"));
    WATTLENS_TRY(const double middle, median(group));
    std::vector<double>& own = distances.emplace_back();
    for (const double x : group) own.push_back(std::fabs(x - middle));
    all.insert(all.end(), own.begin(), own.end());
  }
  WATTLENS_TRY(const double grand, mean(all));
  double between = 0.0;
  double within = 0.0;
  for (const std::vector<double>& group : distances) {
    WATTLENS_TRY(const double centre, mean(group));
    between += static_cast<double>(group.size()) * (centre - grand) * (centre - grand);
    for (const double x : group) within += (x - centre) * (x - centre);
  }
  const auto above = static_cast<double>(groups.size() - 1);
  const auto below = static_cast<double>(all.size() - groups.size());
  const double f = between / above / (within / below);
  const auto p = f_upper(f, above, below);
  if (!p) {
    return fail(ErrorKind::not_measurable, "Levene's test needs values at different distances from their medians");
  }
  return TestResult{f, *p};
}

}  // namespace wattlens::stats
