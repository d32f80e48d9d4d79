#include "stats/trend.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <vector>

#include "stats/distributions.h"
#include "stats/summary.h"

namespace wattlens::stats {
namespace {

Result<void> check_pairs(std::span<const double> x, std::span<const double> y, const char* what) {
  WATTLENS_CHECK(check_samples(x, 3, what));
  WATTLENS_CHECK(check_samples(y, 3, what));
  if (x.size() == y.size()) return {};
  return fail(ErrorKind::usage, fmt::format("{} needs pairs: {} and {} values", what, x.size(), y.size()));
}

Result<void> check_varies(std::span<const double> values, const char* what) {
  const auto [least, greatest] = std::ranges::minmax(values);
  if (greatest > least) return {};
  return fail(ErrorKind::not_measurable, fmt::format("{} needs values that differ", what));
}

// Share of the orders of n things with at most `most` inversions.
double share_with_inversions(std::size_t n, std::size_t most) {
  std::vector<double> share = {1.0};  // of orders with so many inversions
  for (std::size_t i = 2; i <= n; ++i) {
    std::vector<double> longer(share.size() + i - 1, 0.0);
    for (std::size_t k = 0; k < share.size(); ++k) {
      for (std::size_t added = 0; added < i; ++added) longer[k + added] += share[k] / static_cast<double>(i);
    }
    share = std::move(longer);
  }
  const auto end = share.begin() + static_cast<std::ptrdiff_t>(std::min(most + 1, share.size()));
  return std::accumulate(share.begin(), end, 0.0);
}

// Sums over the groups of equal values: t (t - 1) / 2, and what the normal approximation's variance needs.
struct Ties {
  double pairs = 0.0;
  double triples = 0.0;   // t (t - 1) (t - 2)
  double weighted = 0.0;  // t (t - 1) (2 t + 5)
};

Ties ties_of(std::span<const double> values) {
  std::map<double, double> counts;
  for (const double value : values) counts[value] += 1.0;
  Ties ties;
  for (const auto& [value, t] : counts) {
    ties.pairs += t * (t - 1.0) / 2.0;
    ties.triples += t * (t - 1.0) * (t - 2.0);
    ties.weighted += t * (t - 1.0) * (2.0 * t + 5.0);
  }
  return ties;
}

}  // namespace

Result<Line> fit_line(std::span<const double> x, std::span<const double> y, std::span<const double> own_variances,
                      double confidence) {
  WATTLENS_CHECK(check_confidence(confidence));
  WATTLENS_CHECK(check_pairs(x, y, "a line"));
  WATTLENS_CHECK(check_varies(x, "a line"));
  WATTLENS_TRY(const double x_mean, mean(x));
  WATTLENS_TRY(const double y_mean, mean(y));
  double xx = 0.0;
  double xy = 0.0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    xx += (x[i] - x_mean) * (x[i] - x_mean);
    xy += (x[i] - x_mean) * (y[i] - y_mean);
  }
  Line line{.slope = {.value = xy / xx}, .degrees = static_cast<double>(x.size()) - 2.0};
  line.intercept = y_mean - line.slope.value * x_mean;
  double residuals = 0.0;
  double own = 0.0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double residual = y[i] - line.intercept - line.slope.value * x[i];
    residuals += residual * residual;
    if (i < own_variances.size()) own += (x[i] - x_mean) * (x[i] - x_mean) * own_variances[i] / (xx * xx);
  }
  const double error = std::sqrt(residuals / line.degrees / xx + own);
  const double half = student_t_quantile(0.5 + 0.5 * confidence, line.degrees).value_or(0.0) * error;
  line.slope.interval = {line.slope.value - half, line.slope.value + half};
  return line;
}

Result<Kendall> kendall(std::span<const double> x, std::span<const double> y) {
  WATTLENS_CHECK(check_pairs(x, y, "Kendall's tau"));
  WATTLENS_CHECK(check_varies(x, "Kendall's tau"));
  WATTLENS_CHECK(check_varies(y, "Kendall's tau"));
  const auto n = static_cast<double>(x.size());
  double score = 0.0;  // concordant less discordant pairs
  for (std::size_t i = 0; i < x.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      const double product = (x[i] - x[j]) * (y[i] - y[j]);
      score += product > 0.0 ? 1.0 : product < 0.0 ? -1.0 : 0.0;
    }
  }
  const Ties of_x = ties_of(x);
  const Ties of_y = ties_of(y);
  const double pairs = n * (n - 1.0) / 2.0;
  Kendall found{.tau = score / std::sqrt((pairs - of_x.pairs) * (pairs - of_y.pairs))};
  found.exact = of_x.pairs == 0.0 && of_y.pairs == 0.0;
  if (found.exact) {
    const double fewer = (pairs - std::abs(score)) / 2.0;  // inversions, or their opposites
    found.p_value = std::min(1.0, 2.0 * share_with_inversions(x.size(), static_cast<std::size_t>(std::lround(fewer))));
    return found;
  }
  const double variance = (n * (n - 1.0) * (2.0 * n + 5.0) - of_x.weighted - of_y.weighted) / 18.0 +
                          2.0 * of_x.pairs * of_y.pairs / (n * (n - 1.0)) +
                          of_x.triples * of_y.triples / (9.0 * n * (n - 1.0) * (n - 2.0));
  found.p_value = normal_two_sided(score / std::sqrt(variance));
  return found;
}

}  // namespace wattlens::stats
