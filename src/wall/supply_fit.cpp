#include "wall/supply_fit.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "stats/distributions.h"

namespace wattlens::wall {
namespace {

using base::Watts;

double mean_of(std::span<const double> values) {
  double sum = 0.0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

// Of neighbours; 0 at least: what alternates gains nothing here. Corrected for the bias of short series (Kendall 1954).
double neighbour_correlation(std::span<const double> values) {
  double square = 0.0;
  double product = 0.0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    square += values[i] * values[i];
    if (i > 0) product += values[i] * values[i - 1];
  }
  if (!(square > 0.0)) return 0.0;
  constexpr double kMost = 0.97;  // beyond it an autoregression tells nothing
  const double plain = product / square;
  return std::clamp(plain + (1.0 + 3.0 * plain) / static_cast<double>(values.size()), 0.0, kMost);
}

std::size_t bandwidth(double correlation, std::size_t count) {
  const double root = (1.0 - correlation) * (1.0 + correlation);
  const double alpha = 4.0 * correlation * correlation / (root * root);
  const double width = 1.1447 * std::cbrt(alpha * static_cast<double>(count));
  return std::min(static_cast<std::size_t>(std::ceil(width)), count / 3);
}

// Variance of the sum of a series of mean 0 whose members hang together: made white by an autoregression, the rest by
// Bartlett weights, coloured again (Andrews and Monahan 1992).
double variance_of_sum(std::span<const double> series) {
  const double correlation = neighbour_correlation(series);
  std::vector<double> white(series.size());
  for (std::size_t i = 0; i < series.size(); ++i) {
    white[i] = i > 0 ? series[i] - correlation * series[i - 1]
                     : series[i] * std::sqrt((1.0 - correlation) * (1.0 + correlation));
  }
  const std::size_t width = bandwidth(neighbour_correlation(white), white.size());
  double sum = 0.0;
  for (std::size_t lag = 0; lag <= width; ++lag) {
    const double weight =
        (lag == 0 ? 1.0 : 2.0) * (1.0 - static_cast<double>(lag) / (static_cast<double>(width) + 1.0));
    for (std::size_t i = lag; i < white.size(); ++i) sum += weight * white[i] * white[i - lag];
  }
  return sum / ((1.0 - correlation) * (1.0 - correlation));
}

}  // namespace

Result<SupplyFit> fit_supply(std::span<const Watts> components, std::span<const Watts> wall) {
  const std::size_t count = std::min(components.size(), wall.size());
  if (count < kFewestPairs) {
    return fail(ErrorKind::not_measurable, fmt::format("only {} readings of both are of the same time", count),
                fmt::format("at least {} are needed", kFewestPairs));
  }
  std::vector<double> x(count);
  std::vector<double> y(count);
  for (std::size_t i = 0; i < count; ++i) {
    x[i] = components[i].value;
    y[i] = wall[i].value;
  }
  const auto n = static_cast<double>(count);
  const double mean_x = mean_of(x);
  const double mean_y = mean_of(y);
  double xx = 0.0;
  double xy = 0.0;
  double yy = 0.0;
  for (std::size_t i = 0; i < count; ++i) {
    x[i] -= mean_x;
    xx += x[i] * x[i];
    xy += x[i] * (y[i] - mean_y);
    yy += (y[i] - mean_y) * (y[i] - mean_y);
  }
  constexpr double kFlat = 1e-6;  // of the mean: nothing but rounding
  if (std::sqrt(xx / n) <= kFlat * std::abs(mean_x)) {
    return fail(ErrorKind::not_measurable, "the components' power does not vary, so nothing can be fitted",
                "measure with loads of different power");
  }
  const double slope = xy / xx;
  std::vector<double> errors(count);
  double square = 0.0;
  for (std::size_t i = 0; i < count; ++i) {
    errors[i] = y[i] - mean_y - slope * x[i];
    square += errors[i] * errors[i];
  }
  SupplyFit fit{.readings = static_cast<std::int64_t>(count)};
  const double correlation = neighbour_correlation(errors);
  fit.residual_correlation = correlation;
  fit.degrees = n * (1.0 - correlation) / (1.0 + correlation) - 2.0;
  const auto quantile = stats::student_t_quantile(0.975, fit.degrees);
  if (fit.degrees < 3.0 || !quantile) {
    return fail(ErrorKind::not_measurable, "the residuals hang together so much that nothing is known of the fit",
                "measure for longer, with more changes of power");
  }
  // What each residual adds to the slope, to the mean and to the offset.
  std::vector<double> to_slope(count);
  std::vector<double> to_mean(count);
  std::vector<double> to_offset(count);
  for (std::size_t i = 0; i < count; ++i) {
    to_slope[i] = x[i] * errors[i] / xx;
    to_mean[i] = errors[i] / n;
    to_offset[i] = to_mean[i] - mean_x * to_slope[i];
  }
  // Two figures are taken from what is independent, not from n.
  const double scale = (fit.degrees + 2.0) / fit.degrees;
  const double variance = square / (n - 2.0);
  const double slope_variance = std::max(scale * variance_of_sum(to_slope), variance / xx);
  const double mean_variance = std::max(scale * variance_of_sum(to_mean), variance / n);
  const double offset_variance =
      std::max(scale * variance_of_sum(to_offset), variance * (1.0 / n + mean_x * mean_x / xx));
  const double offset = mean_y - slope * mean_x;
  const double offset_half = *quantile * std::sqrt(offset_variance);
  const double slope_half = *quantile * std::sqrt(slope_variance);
  fit.offset = {{offset}, {offset - offset_half}, {offset + offset_half}};
  fit.slope = {slope, slope - slope_half, slope + slope_half};
  constexpr double kInfinite = std::numeric_limits<double>::infinity();
  fit.efficiency = {1.0 / slope, 1.0 / fit.slope.high, fit.slope.low > 0.0 ? 1.0 / fit.slope.low : kInfinite};
  fit.residual = {std::sqrt(variance)};
  fit.correlation = yy > 0.0 ? xy / std::sqrt(xx * yy) : 0.0;
  const double missing = mean_y - mean_x;
  const double missing_half = *quantile * std::sqrt(mean_variance);
  fit.not_covered = {{missing}, {missing - missing_half}, {missing + missing_half}};
  return fit;
}

}  // namespace wattlens::wall
