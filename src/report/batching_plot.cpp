#include "report/batching_plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "plot/kinds.h"
#include "record/arrivals_name.h"
#include "report/experiment_report.h"
#include "report/experiment_tables.h"

namespace wattlens::report {
namespace {

using record::ExperimentSummary;
using record::PointSummary;

std::size_t position_in(std::vector<std::string>& names, const std::string& name) {
  const auto found = std::ranges::find(names, name);
  if (found != names.end()) return static_cast<std::size_t>(found - names.begin());
  names.push_back(name);
  return names.size() - 1;
}

std::optional<record::Interval<double>> interval_of(const record::Energy& energy) {
  const auto& bounds = energy.relative ? energy.relative : energy.absolute;
  if (!bounds) return std::nullopt;
  return record::Interval<double>{bounds->low.value, bounds->high.value};
}

std::optional<record::Interval<double>> interval_of(const record::Estimate<record::Seconds>& time) {
  if (!std::isfinite(time.low.value) || !std::isfinite(time.high.value) || time.low.value <= 0.0) return std::nullopt;
  return record::Interval<double>{time.low.value, time.high.value};
}

plot::Series& series_of(plot::Panel& panel, const std::string& name) {
  const auto found = std::ranges::find(panel.series, name, &plot::Series::name);
  if (found != panel.series.end()) return *found;
  panel.series.push_back({.name = name});
  return panel.series.back();
}

// What points that differ in their policy alone have in common: "alexnet" where nothing else varies.
std::string category_of(const ExperimentSummary& summary, const PointSummary& point, bool one_way) {
  std::string name = group_name(summary, point.point);
  if (!one_way) name += ", " + record::arrivals_name(point.point.arrivals);
  return name;
}

// Groups of points that differ in their policy, in their order; without those whose queue only grows.
std::map<std::string, std::vector<const PointSummary*>> groups_of(const ExperimentSummary& summary) {
  std::map<std::string, std::vector<const PointSummary*>> groups;
  for (const PointSummary& point : summary.points) {
    if (!point.serving || point.serving->saturated || point.serving->responses_s.empty()) continue;
    groups[fmt::format("{}, {}", group_name(summary, point.point), record::arrivals_name(point.point.arrivals))]
        .push_back(&point);
  }
  return groups;
}

void add_distributions(plot::Plot& plot, const ExperimentSummary& summary) {
  const auto groups = groups_of(summary);
  if (groups.size() > kMostDistributions) {
    plot.note += " How response times spread is drawn for up to 4 networks and rates.";
    return;
  }
  for (const auto& [name, points] : groups) {
    std::vector<plot::Distribution> distributions;
    for (const PointSummary* point : points) {
      distributions.push_back({point->point.policy, point->serving->responses_s});
    }
    plot::Panel panel = plot::survival_panel(distributions, {.title = "response time", .unit = "s"});
    panel.heading = name;
    plot.panels.push_back(std::move(panel));
  }
}

}  // namespace

plot::Plot batching_plot(const ExperimentSummary& summary) {
  plot::Plot plot{.title = "Energy per request by batching policy",
                  .note = "Bars are 95 % intervals; the sensor's own error, which all policies share, is left out."};
  if (simulated(summary.experiment)) plot.note += " Simulated sensors.";
  plot::Panel energies{.x = {.title = "energy per request, gross", .unit = "J", .scale = plot::Scale::log10}};
  plot::Panel trade{.x = {.title = "mean response time", .unit = "s", .scale = plot::Scale::log10},
                    .y = {.title = "energy per request, gross", .unit = "J", .scale = plot::Scale::log10}};
  std::vector<std::string> ways;
  for (const PointSummary& point : summary.points) position_in(ways, point.point.arrivals);
  for (const PointSummary& point : summary.points) {
    if (!point.serving || !point.energy_per_image.value) continue;
    const double energy = point.energy_per_image.value->value;
    const std::string category = category_of(summary, point, ways.size() == 1);
    const auto place = static_cast<double>(position_in(energies.y.categories, category));
    series_of(energies, point.point.policy)
        .points.push_back({.x = energy,
                           .y = place,
                           .x_interval = interval_of(point.energy_per_image),
                           .provenance = point.energy_per_image.provenance});
    if (point.serving->saturated) continue;
    series_of(trade, category)
        .points.push_back({.x = point.serving->response.value.value,
                           .y = energy,
                           .x_interval = interval_of(point.serving->response),
                           .label = point.point.policy,
                           .provenance = point.energy_per_image.provenance});
  }
  plot.panels.push_back(std::move(energies));
  if (trade.series.size() == 1) plot::add_frontier(trade, plot::Better::less, plot::Better::less, "frontier");
  if (!trade.series.empty()) plot.panels.push_back(std::move(trade));
  add_distributions(plot, summary);
  return plot;
}

}  // namespace wattlens::report
