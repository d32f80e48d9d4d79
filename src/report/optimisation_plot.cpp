#include "report/optimisation_plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "plot/kinds.h"
#include "report/quantities.h"

namespace wattlens::report {
namespace {

using record::Optimisation;
using record::Trial;

// "bf16, throughput": what the marks' colours tell apart.
std::string series_name(const Optimisation& found, const record::PlanPoint& point) {
  const bool engines = std::ranges::any_of(
      found.trials, [&](const Trial& trial) { return trial.point.engine != found.trials.front().point.engine; });
  const std::string engine = engines ? point.engine + ", " : "";
  return fmt::format("{}{}, {}{}{}", engine, point.precision, point.hint, point.settings.empty() ? "" : ", ",
                     point.settings);
}

std::string label_of(const Optimisation& found, const Trial& trial) {
  if (found.winner && found.winner->id == trial.point.id) return fmt::format("cheapest, batch {}", trial.point.batch);
  return found.base.id == trial.point.id ? "default" : "";
}

plot::Series& series_of(plot::Panel& panel, const std::string& name) {
  const auto known = std::ranges::find(panel.series, name, &plot::Series::name);
  if (known != panel.series.end()) return *known;
  return panel.series.emplace_back(plot::Series{.name = name});
}

}  // namespace

plot::Plot optimisation_plot(const Optimisation& found) {
  plot::Plot plot{.title = fmt::format("Candidates for {}", found.model),
                  .note = "Bars are 99 % intervals, 95 % in the last rung."};
  plot::Panel panel{.x = {.title = "time of a batch", .unit = "s", .scale = plot::Scale::log10},
                    .y = {.title = "energy per image, gross", .unit = "J", .scale = plot::Scale::log10}};
  for (const Trial& trial : found.trials) {
    if (!trial.energy || !trial.latency) continue;
    const Quantity time = to_quantity(*trial.latency);
    const Quantity energy = to_quantity(*trial.energy);
    series_of(panel, series_name(found, trial.point))
        .points.push_back({.x = *time.value,
                           .y = *energy.value,
                           .x_interval = time.interval,
                           .y_interval = energy.interval,
                           .label = label_of(found, trial),
                           .provenance = trial.provenance});
  }
  if (panel.series.empty()) return plot;
  std::vector<std::string> labels;
  for (const plot::Series& series : panel.series) {
    for (const plot::Point& point : series.points) labels.push_back(point.label);
  }
  plot::add_frontier(panel, plot::Better::less, plot::Better::less, "frontier");
  // The frontier clears the names of what is not on it; the default is named wherever it lies.
  auto label = labels.begin();
  for (std::size_t i = 1; i < panel.series.size(); ++i) {
    for (plot::Point& point : panel.series[i].points) point.label = *label++;
  }
  for (const record::Limit& limit : found.limits) {
    if (limit.quantity == record::Limited::latency) panel.guides.push_back({.at = limit.bound, .label = limit.text});
  }
  plot.panels.push_back(std::move(panel));
  return plot;
}

}  // namespace wattlens::report
