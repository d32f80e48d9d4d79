#include "stats/rank_tests.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/random.h"
#include "stats/distributions.h"
#include "stats/multiple_comparisons.h"
#include "stats/summary.h"

namespace wattlens::stats {
namespace {

constexpr std::size_t kExactMannWhitney = 40;

// Sum over groups of equal values of t^3 - t.
double tie_sum(std::span<const double> values) {
  std::vector<double> sorted(values.begin(), values.end());
  std::ranges::sort(sorted);
  double sum = 0.0;
  for (auto first = sorted.begin(); first != sorted.end();) {
    const auto last = std::upper_bound(first, sorted.end(), *first);
    const auto t = static_cast<double>(last - first);
    sum += t * t * t - t;
    first = last;
  }
  return sum;
}

bool all_equal(std::span<const double> values) {
  return std::ranges::all_of(values, [&](double x) { return x == values.front(); });
}

// Probability of a U of `u` or more, when all orders of m and n different values are equally likely: the number of ways
// to choose m of m + n ranks by their sum.
double exact_upper(double u, std::size_t m, std::size_t n) {
  const std::size_t most = m * n;
  // ways[j][s]: j of the ranks seen so far chosen, whose U is s.
  std::vector<std::vector<double>> ways(m + 1, std::vector<double>(most + 1, 0.0));
  ways[0][0] = 1.0;
  for (std::size_t rank = 0; rank < m + n; ++rank) {
    for (std::size_t j = std::min(rank + 1, m); j > 0; --j) {
      // As the j-th chosen it lies above rank - (j - 1) that were not.
      const std::size_t below = rank - (j - 1);
      for (std::size_t s = below; s <= most; ++s) ways[j][s] += ways[j - 1][s - below];
    }
  }
  double all = 0.0;
  double upper = 0.0;
  for (std::size_t s = 0; s <= most; ++s) {
    all += ways[m][s];
    if (static_cast<double>(s) >= u) upper += ways[m][s];
  }
  return upper / all;
}

struct RankedGroups {
  std::vector<double> mean_ranks;
  std::vector<double> counts;
  double count = 0.0;
  double ties = 0.0;
};

Result<RankedGroups> rank_groups(std::span<const std::vector<double>> groups, std::string_view what) {
  if (groups.size() < 2) {
    return fail(ErrorKind::usage, fmt::format("{} needs 2 groups or more, got {}", what, groups.size()));
  }
  std::vector<double> all;
  for (const std::vector<double>& group : groups) {
    WATTLENS_CHECK(check_samples(group, 1, what));
    all.insert(all.end(), group.begin(), group.end());
  }
  if (all_equal(all)) return fail(ErrorKind::not_measurable, fmt::format("{}: all values are equal", what));
  const std::vector<double> ranks = average_ranks(all);
  RankedGroups out{.count = static_cast<double>(all.size()), .ties = tie_sum(all)};
  auto next = ranks.begin();
  for (const std::vector<double>& group : groups) {
    const auto end = next + static_cast<std::ptrdiff_t>(group.size());
    out.counts.push_back(static_cast<double>(group.size()));
    out.mean_ranks.push_back(std::accumulate(next, end, 0.0) / out.counts.back());
    next = end;
  }
  return out;
}

Result<double> pearson(std::span<const double> x, std::span<const double> y) {
  WATTLENS_TRY(const double x_mean, mean(x));
  WATTLENS_TRY(const double y_mean, mean(y));
  double xy = 0.0;
  double xx = 0.0;
  double yy = 0.0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    xy += (x[i] - x_mean) * (y[i] - y_mean);
    xx += (x[i] - x_mean) * (x[i] - x_mean);
    yy += (y[i] - y_mean) * (y[i] - y_mean);
  }
  return std::clamp(xy / std::sqrt(xx * yy), -1.0, 1.0);
}

}  // namespace

std::vector<double> average_ranks(std::span<const double> values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::sort(order, {}, [&](std::size_t i) { return values[i]; });
  std::vector<double> ranks(values.size());
  for (std::size_t first = 0; first < order.size();) {
    std::size_t last = first;
    while (last < order.size() && values[order[last]] == values[order[first]]) ++last;
    const double rank = 0.5 * static_cast<double>(first + 1 + last);
    for (; first < last; ++first) ranks[order[first]] = rank;
  }
  return ranks;
}

Result<TestResult> mann_whitney(std::span<const double> one, std::span<const double> other) {
  WATTLENS_CHECK(check_samples(one, 1, "a Mann-Whitney test"));
  WATTLENS_CHECK(check_samples(other, 1, "a Mann-Whitney test"));
  std::vector<double> all(one.begin(), one.end());
  all.insert(all.end(), other.begin(), other.end());
  if (all_equal(all)) return fail(ErrorKind::not_measurable, "a Mann-Whitney test: all values are equal");
  const auto m = static_cast<double>(one.size());
  const auto n = static_cast<double>(other.size());
  const std::vector<double> ranks = average_ranks(all);
  const double rank_sum = std::accumulate(ranks.begin(), ranks.begin() + static_cast<std::ptrdiff_t>(one.size()), 0.0);
  TestResult out{.statistic = rank_sum - 0.5 * m * (m + 1.0)};
  const double larger = std::max(out.statistic, m * n - out.statistic);
  const double ties = tie_sum(all);
  if (ties == 0.0 && all.size() <= kExactMannWhitney) {
    out.p_value = std::min(1.0, 2.0 * exact_upper(larger, one.size(), other.size()));
    return out;
  }
  const double count = m + n;
  const double variance = m * n / 12.0 * (count + 1.0 - ties / (count * (count - 1.0)));
  out.p_value = std::min(1.0, 2.0 * normal_probability(-(larger - 0.5 * m * n - 0.5) / std::sqrt(variance)));
  return out;
}

Result<TestResult> kruskal_wallis(std::span<const std::vector<double>> groups) {
  constexpr std::string_view kWhat = "a Kruskal-Wallis test";
  WATTLENS_TRY(const RankedGroups ranked, rank_groups(groups, kWhat));
  const double n = ranked.count;
  double between = 0.0;
  for (std::size_t i = 0; i < ranked.counts.size(); ++i) {
    const double distance = ranked.mean_ranks[i] - 0.5 * (n + 1.0);
    between += ranked.counts[i] * distance * distance;
  }
  const double h = 12.0 / (n * (n + 1.0)) * between / (1.0 - ranked.ties / (n * n * n - n));
  const auto p = chi_squared_upper(h, static_cast<double>(groups.size() - 1));
  if (!p) return fail(ErrorKind::not_measurable, fmt::format("{} has no p value", kWhat));
  return TestResult{h, *p};
}

Result<std::vector<PairOfRanks>> dunn(std::span<const std::vector<double>> groups) {
  WATTLENS_TRY(const RankedGroups ranked, rank_groups(groups, "Dunn's test"));
  const double n = ranked.count;
  const double spread = n * (n + 1.0) / 12.0 - ranked.ties / (12.0 * (n - 1.0));
  std::vector<PairOfRanks> out;
  std::vector<double> p_values;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    for (std::size_t k = i + 1; k < groups.size(); ++k) {
      const double error = std::sqrt(spread * (1.0 / ranked.counts[i] + 1.0 / ranked.counts[k]));
      const double z = (ranked.mean_ranks[i] - ranked.mean_ranks[k]) / error;
      out.push_back({i, k, z, 1.0});
      p_values.push_back(normal_two_sided(z));
    }
  }
  WATTLENS_TRY(const std::vector<double> adjusted, holm_adjusted(p_values));
  for (std::size_t i = 0; i < out.size(); ++i) out[i].p_value = adjusted[i];
  return out;
}

Result<Correlation> spearman(std::span<const double> x, std::span<const double> y, double confidence) {
  WATTLENS_CHECK(check_confidence(confidence));
  if (x.size() != y.size()) {
    return fail(ErrorKind::usage, fmt::format("a correlation needs pairs, got {} and {} values", x.size(), y.size()));
  }
  WATTLENS_CHECK(check_samples(x, 4, "a rank correlation"));
  WATTLENS_CHECK(check_samples(y, 4, "a rank correlation"));
  if (all_equal(x) || all_equal(y)) {
    return fail(ErrorKind::not_measurable, "a rank correlation needs values that differ on both sides");
  }
  WATTLENS_TRY(const double rho, pearson(average_ranks(x), average_ranks(y)));
  Correlation out{.rho = {rho, {rho, rho}}, .p_value = 0.0};
  if (std::fabs(rho) >= 1.0) return out;
  const auto n = static_cast<double>(x.size());
  const auto p = student_t_two_sided(rho * std::sqrt((n - 2.0) / (1.0 - rho * rho)), n - 2.0);
  if (!p) return fail(ErrorKind::not_measurable, "a rank correlation has no p value");
  out.p_value = *p;
  const double half = base::normal_quantile(0.5 + 0.5 * confidence) * std::sqrt((1.0 + 0.5 * rho * rho) / (n - 3.0));
  out.rho.interval = {std::tanh(std::atanh(rho) - half), std::tanh(std::atanh(rho) + half)};
  return out;
}

}  // namespace wattlens::stats
