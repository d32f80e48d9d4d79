#include "plot/kinds.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>

namespace wattlens::plot {
namespace {

struct Quantile {
  double q;
  const char* label;
};
constexpr std::array kQuantiles = {Quantile{0.50, "p50"}, Quantile{0.95, "p95"}, Quantile{0.99, "p99"}};

std::vector<double> sorted_positive(std::span<const double> values) {
  std::vector<double> sorted;
  std::ranges::copy_if(values, std::back_inserter(sorted),
                       [](double value) { return std::isfinite(value) && value > 0.0; });
  std::ranges::sort(sorted);
  return sorted;
}

// Corners of the survival function, thinned to what can be seen: steps of 1/400 of the axis in either direction.
std::vector<Point> survival_points(std::span<const double> sorted, double log_range) {
  constexpr double kSteps = 400.0;
  const auto count = static_cast<double>(sorted.size());
  const double x_step = log_range / kSteps;
  const double y_step = std::log(count) / kSteps;
  std::vector<Point> points = {{.x = sorted.front(), .y = 1.0}};
  Point newest = points.front();
  for (std::size_t i = 0; i + 1 < sorted.size(); ++i) {
    if (sorted[i + 1] == sorted[i]) continue;
    newest = {.x = sorted[i], .y = 1.0 - static_cast<double>(i + 1) / count};
    const Point& last = points.back();
    if (std::log(newest.x / last.x) >= x_step || std::log(last.y / newest.y) >= y_step) points.push_back(newest);
  }
  if (newest.y < points.back().y) points.push_back(newest);
  points.push_back({.x = sorted.back(), .y = newest.y});  // the greatest value: from here on none is greater
  return points;
}

}  // namespace

std::vector<std::size_t> pareto_optimal(std::span<const Point> points, Better x, Better y) {
  const auto cost_x = [&](std::size_t i) { return x == Better::less ? points[i].x : -points[i].x; };
  const auto cost_y = [&](std::size_t i) { return y == Better::less ? points[i].y : -points[i].y; };
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (std::isfinite(points[i].x) && std::isfinite(points[i].y)) order.push_back(i);
  }
  std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) {
    return std::pair(cost_x(a), cost_y(a)) < std::pair(cost_x(b), cost_y(b));
  });
  std::vector<std::size_t> optimal;
  for (const std::size_t i : order) {
    const bool equal = !optimal.empty() && cost_x(optimal.back()) == cost_x(i) && cost_y(optimal.back()) == cost_y(i);
    if (equal || optimal.empty() || cost_y(i) < cost_y(optimal.back())) optimal.push_back(i);
  }
  if (x == Better::more) std::ranges::reverse(optimal);
  return optimal;
}

void add_frontier(Panel& panel, Better x, Better y, const std::string& name) {
  std::vector<Point> all;
  for (const Series& series : panel.series) all.insert(all.end(), series.points.begin(), series.points.end());
  const std::vector<std::size_t> optimal = pareto_optimal(all, x, y);
  // With less x better, what is reached stays until the next point on the right; with more, from the last one on.
  Series line{.name = name, .join = x == Better::less ? Join::step : Join::step_up, .marks = false, .neutral = true};
  for (const std::size_t i : optimal) line.points.push_back({.x = all[i].x, .y = all[i].y});
  std::size_t position = 0;
  for (Series& series : panel.series) {
    for (Point& point : series.points) {
      if (std::ranges::find(optimal, position++) == optimal.end()) point.label.clear();
    }
  }
  panel.series.insert(panel.series.begin(), std::move(line));
}

double sorted_quantile(std::span<const double> sorted, double q) {
  const double rank = std::ceil(q * static_cast<double>(sorted.size()) - 1e-9);
  return sorted[static_cast<std::size_t>(std::clamp(rank, 1.0, static_cast<double>(sorted.size()))) - 1];
}

Panel survival_panel(std::span<const Distribution> distributions, Axis x) {
  Panel panel{.x = std::move(x), .y = {.title = "share of values above", .scale = Scale::log10}};
  panel.x.scale = Scale::log10;
  std::vector<std::vector<double>> sorted;
  double low = std::numeric_limits<double>::infinity();
  double high = 0.0;
  for (const Distribution& distribution : distributions) {
    sorted.push_back(sorted_positive(distribution.values));
    if (sorted.back().empty()) continue;
    low = std::min(low, sorted.back().front());
    high = std::max(high, sorted.back().back());
  }
  std::vector<Series> marks;
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    Series curve{.name = distributions[i].name, .join = Join::step, .marks = false};
    Series quantiles{.name = distributions[i].name};
    if (!sorted[i].empty()) curve.points = survival_points(sorted[i], std::log(high / low));
    for (const Quantile& quantile : kQuantiles) {
      // A tail of so few values says nothing of such a quantile.
      if ((1.0 - quantile.q) * static_cast<double>(sorted[i].size()) < 1.0) continue;
      quantiles.points.push_back({.x = sorted_quantile(sorted[i], quantile.q), .y = 1.0 - quantile.q});
    }
    panel.series.push_back(std::move(curve));
    marks.push_back(std::move(quantiles));
  }
  std::ranges::move(marks, std::back_inserter(panel.series));
  for (const Quantile& quantile : kQuantiles) {
    panel.guides.push_back({.axis = Guide::Across::y, .at = 1.0 - quantile.q, .label = quantile.label});
  }
  return panel;
}

}  // namespace wattlens::plot
