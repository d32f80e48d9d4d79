// The usual kinds of plots, from plain numbers: frontiers and distributions. Interval plots and curves over batch sizes
// need no help: see the example in plot/plot.h. Pure functions.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "plot/plot.h"

namespace wattlens::plot {

enum class Better { less, more };

// Positions of the points that no other point beats: none is at least as good on both axes and better on one. In the
// order of x; of several equal points each is one. Points with a value that is not finite are never optimal.
std::vector<std::size_t> pareto_optimal(std::span<const Point> points, Better x, Better y);

// Adds the frontier of all points of the panel as a grey step line named `name`, and takes the labels from the points
// that are not on it. Points become what is reached by choosing one of them: the line runs through what they dominate.
void add_frontier(Panel& panel, Better x, Better y, const std::string& name = "frontier");

struct Distribution {
  std::string name;
  std::span<const double> values;  // in any order; what is not finite, or not above 0, is left out
};

// The share of values greater than x (empirical survival function), with p50, p95 and p99 marked on each; both axes
// logarithmic. `x` names the quantity: {.title = "response time", .unit = "s"}; its scale is set here. A quantile is
// left out where fewer than one value lies above it.
Panel survival_panel(std::span<const Distribution> distributions, Axis x);

// The least value that at least a share q of the sorted, non-empty values does not exceed (type 1 of Hyndman and Fan,
// 1996): one of the values themselves.
double sorted_quantile(std::span<const double> sorted, double q);

}  // namespace wattlens::plot
