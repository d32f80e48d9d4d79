#include "stats/summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cmath>

namespace wattlens::stats {
namespace {

// Mean absolute deviation to standard deviation of a normal distribution: sqrt(pi / 2).
constexpr double kMeanDeviationToDeviation = 1.2533141373155003;

Result<double> finite(double value, std::string_view what) {
  if (!std::isfinite(value)) {
    return fail(ErrorKind::not_measurable, fmt::format("{} overflows: the values are too large", what));
  }
  return value;
}

bool all_equal(std::span<const double> samples) {
  return std::all_of(samples.begin(), samples.end(), [&](double x) { return x == samples.front(); });
}

// Two passes: the second takes away what rounding left over, so equal values have exactly their value as mean.
double mean_of_checked(std::span<const double> samples) {
  if (all_equal(samples)) return samples.front();
  const auto count = static_cast<double>(samples.size());
  double sum = 0.0;
  for (const double x : samples) sum += x;
  const double first = sum / count;
  double rest = 0.0;
  for (const double x : samples) rest += x - first;
  return first + rest / count;
}

std::vector<double> sorted_copy(std::span<const double> samples) {
  std::vector<double> sorted(samples.begin(), samples.end());
  std::sort(sorted.begin(), sorted.end());
  return sorted;
}

// |x - centre| of every value.
std::vector<double> deviations(std::span<const double> samples, double centre) {
  std::vector<double> out;
  out.reserve(samples.size());
  for (const double x : samples) out.push_back(std::fabs(x - centre));
  return out;
}

}  // namespace

Result<void> check_samples(std::span<const double> samples, std::size_t minimum, std::string_view what) {
  if (samples.size() < minimum) {
    return fail(
        ErrorKind::not_measurable,
        fmt::format("{} needs at least {} value{}, got {}", what, minimum, minimum == 1 ? "" : "s", samples.size()),
        "repeat the measurement more often");
  }
  for (std::size_t i = 0; i < samples.size(); ++i) {
    if (!std::isfinite(samples[i])) {
      return fail(ErrorKind::not_measurable, fmt::format("{}: value {} of {} is {}, not a finite number", what, i + 1,
                                                         samples.size(), samples[i]));
    }
  }
  return {};
}

Result<double> mean(std::span<const double> samples) {
  WATTLENS_CHECK(check_samples(samples, 1, "a mean"));
  return finite(mean_of_checked(samples), "the mean");
}

Result<double> sample_standard_deviation(std::span<const double> samples) {
  WATTLENS_CHECK(check_samples(samples, 2, "a standard deviation"));
  const double centre = mean_of_checked(samples);
  double squares = 0.0;
  for (const double x : samples) squares += (x - centre) * (x - centre);
  return finite(std::sqrt(squares / static_cast<double>(samples.size() - 1)), "the standard deviation");
}

Result<double> coefficient_of_variation(std::span<const double> samples) {
  WATTLENS_TRY(const double deviation, sample_standard_deviation(samples));
  const double centre = mean_of_checked(samples);
  if (centre == 0.0) {
    return fail(ErrorKind::not_measurable, "a coefficient of variation does not exist: the mean is 0");
  }
  return finite(deviation / std::fabs(centre), "the coefficient of variation");
}

double quantile_of_sorted(std::span<const double> sorted, double probability) {
  assert(!sorted.empty() && probability >= 0.0 && probability <= 1.0);
  const double position = probability * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(position);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  const double part = position - static_cast<double>(below);
  if (part == 0.0 || sorted[below] == sorted[above]) return sorted[below];
  return sorted[below] * (1.0 - part) + sorted[above] * part;  // never overflows, unlike low + part * (high - low)
}

Result<double> quantile(std::span<const double> samples, double probability) {
  if (!(probability >= 0.0 && probability <= 1.0)) {
    return fail(ErrorKind::usage, fmt::format("a quantile's probability lies in [0, 1], got {}", probability));
  }
  WATTLENS_CHECK(check_samples(samples, 1, "a quantile"));
  return quantile_of_sorted(sorted_copy(samples), probability);
}

Result<double> median(std::span<const double> samples) {
  WATTLENS_CHECK(check_samples(samples, 1, "a median"));
  return quantile_of_sorted(sorted_copy(samples), 0.5);
}

Result<double> median_absolute_deviation(std::span<const double> samples) {
  WATTLENS_TRY(const double centre, median(samples));
  std::vector<double> distances = deviations(samples, centre);
  std::sort(distances.begin(), distances.end());
  return finite(quantile_of_sorted(distances, 0.5), "the median absolute deviation");
}

Result<std::vector<bool>> outlier_flags(std::span<const double> samples, double limit) {
  if (!(limit > 0.0)) {
    return fail(ErrorKind::usage, fmt::format("the limit for outliers is a positive number, got {}", limit));
  }
  WATTLENS_CHECK(check_samples(samples, 0, "a search for outliers"));
  std::vector<bool> flags(samples.size(), false);
  if (samples.size() < 3 || all_equal(samples)) return flags;
  WATTLENS_TRY(const double centre, median(samples));
  WATTLENS_TRY(const double mad, median_absolute_deviation(samples));
  const std::vector<double> distances = deviations(samples, centre);
  double deviation = kMadToDeviation * mad;
  if (deviation == 0.0) {
    WATTLENS_TRY(const double mean_deviation, mean(distances));
    deviation = kMeanDeviationToDeviation * mean_deviation;
  }
  for (std::size_t i = 0; i < distances.size(); ++i) flags[i] = distances[i] > limit * deviation;
  return flags;
}

}  // namespace wattlens::stats
