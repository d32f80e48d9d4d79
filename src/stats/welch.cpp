#include "stats/welch.h"

#include <fmt/format.h>

#include <cmath>

#include "stats/distributions.h"
#include "stats/summary.h"

namespace wattlens::stats {
namespace {

struct Moments {
  double count = 0.0;
  double mean = 0.0;
  double squared_error = 0.0;  // of the mean: s^2 / n
};

Result<Moments> moments_of(std::span<const double> samples, std::string_view what) {
  WATTLENS_CHECK(check_samples(samples, 2, what));
  Moments out{.count = static_cast<double>(samples.size())};
  WATTLENS_TRY(out.mean, mean(samples));
  WATTLENS_TRY(const double deviation, sample_standard_deviation(samples));
  out.squared_error = deviation * deviation / out.count;
  return out;
}

std::unexpected<Error> no_spread(std::string_view what) {
  return fail(ErrorKind::not_measurable, fmt::format("{} needs values that differ: a spread of 0 cannot be true", what),
              "look at how finely the sensor resolves");
}

// The difference of two means over its standard error, with Satterthwaite's degrees of freedom.
struct Difference {
  double value = 0.0;
  double error = 0.0;
  double degrees = 0.0;
};

Result<Difference> difference_of(const Moments& one, const Moments& other, std::string_view what) {
  const double sum = one.squared_error + other.squared_error;
  if (!(sum > 0.0)) return no_spread(what);
  const double parts = one.squared_error * one.squared_error / (one.count - 1.0) +
                       other.squared_error * other.squared_error / (other.count - 1.0);
  const Difference out{one.mean - other.mean, std::sqrt(sum), sum * sum / parts};
  if (!std::isfinite(out.degrees) || !std::isfinite(out.value)) {
    return fail(ErrorKind::not_measurable, fmt::format("{}: the spread is too large or too small to compute", what));
  }
  return out;
}

Result<std::vector<Moments>> moments_of_all(std::span<const std::vector<double>> groups, std::string_view what) {
  if (groups.size() < 2) {
    return fail(ErrorKind::usage, fmt::format("{} needs 2 groups or more, got {}", what, groups.size()));
  }
  std::vector<Moments> out;
  for (const std::vector<double>& group : groups) {
    WATTLENS_TRY(const Moments moments, moments_of(group, what));
    if (!(moments.squared_error > 0.0)) return no_spread(what);
    out.push_back(moments);
  }
  return out;
}

Result<double> probability(std::optional<double> found, std::string_view what) {
  if (!found) return fail(ErrorKind::not_measurable, fmt::format("{} has no p value: its statistic overflows", what));
  return *found;
}

}  // namespace

Result<WelchT> welch_t(std::span<const double> one, std::span<const double> other, double confidence) {
  constexpr std::string_view kWhat = "Welch's t test";
  WATTLENS_CHECK(check_confidence(confidence));
  WATTLENS_TRY(const Moments first, moments_of(one, kWhat));
  WATTLENS_TRY(const Moments second, moments_of(other, kWhat));
  WATTLENS_TRY(const Difference difference, difference_of(first, second, kWhat));
  WelchT out{
      .t = difference.value / difference.error, .degrees = difference.degrees, .standard_error = difference.error};
  WATTLENS_TRY(out.p_value, probability(student_t_two_sided(out.t, out.degrees), kWhat));
  WATTLENS_TRY(const double quantile,
               probability(student_t_quantile(0.5 + 0.5 * confidence, difference.degrees), kWhat));
  const double half = quantile * difference.error;
  out.difference = {difference.value, {difference.value - half, difference.value + half}};
  return out;
}

Result<WelchAnova> welch_anova(std::span<const std::vector<double>> groups) {
  constexpr std::string_view kWhat = "Welch's analysis of variance";
  WATTLENS_TRY(const std::vector<Moments> moments, moments_of_all(groups, kWhat));
  double weights = 0.0;
  double weighted = 0.0;
  for (const Moments& group : moments) {
    weights += 1.0 / group.squared_error;
    weighted += group.mean / group.squared_error;
  }
  const double grand = weighted / weights;
  double between = 0.0;
  double lambda = 0.0;
  for (const Moments& group : moments) {
    const double weight = 1.0 / group.squared_error;
    between += weight * (group.mean - grand) * (group.mean - grand);
    lambda += (1.0 - weight / weights) * (1.0 - weight / weights) / (group.count - 1.0);
  }
  const auto k = static_cast<double>(moments.size());
  WelchAnova out{.numerator_degrees = k - 1.0, .denominator_degrees = (k * k - 1.0) / (3.0 * lambda)};
  out.f = between / (k - 1.0) / (1.0 + 2.0 * (k - 2.0) / (k * k - 1.0) * lambda);
  WATTLENS_TRY(out.p_value, probability(f_upper(out.f, out.numerator_degrees, out.denominator_degrees), kWhat));
  return out;
}

Result<std::vector<PairOfMeans>> games_howell(std::span<const std::vector<double>> groups) {
  constexpr std::string_view kWhat = "the Games-Howell test";
  WATTLENS_TRY(const std::vector<Moments> moments, moments_of_all(groups, kWhat));
  std::vector<PairOfMeans> out;
  for (std::size_t i = 0; i < moments.size(); ++i) {
    for (std::size_t k = i + 1; k < moments.size(); ++k) {
      WATTLENS_TRY(const Difference difference, difference_of(moments[i], moments[k], kWhat));
      const double range = std::fabs(difference.value) / difference.error * std::sqrt(2.0);
      WATTLENS_TRY(
          const double p,
          probability(studentised_range_upper(range, static_cast<int>(moments.size()), difference.degrees), kWhat));
      out.push_back({i, k, difference.value, difference.degrees, p});
    }
  }
  return out;
}

}  // namespace wattlens::stats
