#include "report/plots.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "report/batching_plot.h"
#include "report/experiment_tables.h"
#include "report/serving_table.h"

namespace wattlens::report {
namespace {

using plot::Panel;
using plot::Point;
using plot::Series;
using record::ExperimentSummary;
using record::PointSummary;

// One quantity of a point, along the axis on which it is shown.
struct Value {
  double number = 0.0;
  std::optional<record::Interval<double>> interval;
  record::Provenance provenance = record::Provenance::measured;
};
using ValueOf = std::optional<Value> (*)(const PointSummary& point);

std::optional<Value> energy_of(const PointSummary& point) {
  const Quantity energy = to_quantity(point.energy_per_image, point.complete);
  if (!energy.value) return std::nullopt;
  return Value{*energy.value, energy.interval, energy.provenance.value_or(record::Provenance::measured)};
}

std::optional<Value> time_of(const PointSummary& point) {
  if (!point.batch_time) return std::nullopt;
  const auto per_image = [&](record::Seconds time) { return time.value / static_cast<double>(point.point.batch); };
  const auto& time = *point.batch_time;
  return Value{per_image(time.value), record::Interval<double>{per_image(time.low), per_image(time.high)}};
}

bool any(const ExperimentSummary& summary, ValueOf value) {
  return std::ranges::any_of(summary.points, [&](const PointSummary& point) { return value(point).has_value(); });
}

Series& series_named(Panel& panel, const std::string& name) {
  const auto found = std::ranges::find(panel.series, name, &Series::name);
  if (found != panel.series.end()) return *found;
  return panel.series.emplace_back(Series{.name = name, .join = plot::Join::line});
}

Panel curves(const ExperimentSummary& summary, ValueOf value, plot::Axis axis) {
  Panel panel{.x = {.title = "batch size", .unit = "images", .scale = plot::Scale::log2}, .y = std::move(axis)};
  for (const PointSummary& point : summary.points) {
    Series& series = series_named(panel, group_name(summary, point.point));
    const auto found = value(point);
    if (!found) continue;
    series.points.push_back({.x = static_cast<double>(point.point.batch),
                             .y = found->number,
                             .y_interval = found->interval,
                             .provenance = found->provenance});
  }
  for (Series& series : panel.series) std::ranges::sort(series.points, {}, &Point::x);
  return panel;
}

Panel rows(const ExperimentSummary& summary, ValueOf value, plot::Axis axis) {
  Panel panel{.x = std::move(axis), .series = {{}}};
  for (const PointSummary& point : summary.points) {
    const std::string name = group_name(summary, point.point);
    panel.y.categories.push_back(name.empty() ? point.point.model : name);
    const auto found = value(point);
    if (!found) continue;
    panel.series.front().points.push_back({.x = found->number,
                                           .y = static_cast<double>(panel.y.categories.size() - 1),
                                           .x_interval = found->interval,
                                           .provenance = found->provenance});
  }
  return panel;
}

// Logarithmic where the values span more than a few times.
plot::Scale scale_for(const ExperimentSummary& summary, ValueOf value) {
  constexpr double kWide = 5.0;
  double low = 0.0;
  double high = 0.0;
  for (const PointSummary& point : summary.points) {
    const auto found = value(point);
    if (!found || !(found->number > 0.0)) continue;
    low = low == 0.0 ? found->number : std::min(low, found->number);
    high = std::max(high, found->number);
  }
  return low > 0.0 && high > kWide * low ? plot::Scale::log10 : plot::Scale::linear;
}

std::string side_name(const record::ComparisonResult& result, std::size_t side) {
  const std::string& id = result.sides.at(side).id;
  for (const record::PlanPoint& point : result.experiment.points) {
    if (point.id != id) continue;
    return point.engine == record::kCommandEngine ? point.model : id;
  }
  return id;
}

}  // namespace

plot::Plot experiment_plot(const ExperimentSummary& summary) {
  if (serves_requests(summary)) return batching_plot(summary);
  const record::Experiment& experiment = summary.experiment;
  std::set<std::int64_t> batches;
  for (const PointSummary& point : summary.points) batches.insert(point.point.batch);
  const bool over_batch = batches.size() > 1;
  plot::Plot plot{.shared_x = over_batch};
  const auto add = [&](ValueOf value, const char* title, const char* unit) {
    if (!any(summary, value)) return;
    plot::Axis axis{.title = title, .unit = unit, .scale = scale_for(summary, value)};
    axis.from_zero = axis.scale == plot::Scale::linear;
    plot.panels.push_back(over_batch ? curves(summary, value, std::move(axis)) : rows(summary, value, std::move(axis)));
  };
  add(energy_of, "energy per image, gross", "J");
  const bool energy = !plot.panels.empty();
  add(time_of, "time per image", "s");
  plot.title = experiment.title.empty() ? (energy ? "Energy and time per image" : "Time per image") : experiment.title;
  plot.note =
      fmt::format("Bars: 95 % intervals. {}{}.", energy ? "" : "No energy was measured. ", shared_conditions(summary));
  const bool lower_bounds = std::ranges::any_of(summary.points, [](const PointSummary& point) {
    return to_quantity(point.energy_per_image, point.complete).at_least;
  });
  if (lower_bounds) plot.note += " Energies are at least as large: a part of the total could not be read.";
  if (!over_batch && batches.size() == 1) plot.note += fmt::format(" Batch {}.", *batches.begin());
  return plot;
}

plot::Plot comparison_plot(const record::ComparisonResult& result) {
  const double limit = result.equivalence_limit;
  plot::Plot plot{.title = result.experiment.title};
  Panel panel{.x = {.title = "difference to the base", .percent = true}};
  std::set<std::size_t> bases;
  for (const auto& pair : result.pairs) bases.insert(pair.base);
  const bool one_base = bases.size() == 1;
  if (plot.title.empty()) plot.title = one_base ? "Against " + side_name(result, *bases.begin()) : "Differences";
  std::size_t without = 0;
  for (const char* quantity : {"energy", "time", "power"}) panel.series.push_back({.name = quantity});
  for (const auto& pair : result.pairs) {
    const std::string candidate = side_name(result, pair.candidate);
    panel.y.categories.push_back(one_base ? candidate
                                          : fmt::format("{} against {}", candidate, side_name(result, pair.base)));
    for (const record::Finding& finding : pair.findings) {
      const auto series = std::ranges::find(panel.series, finding.quantity, &Series::name);
      if (series == panel.series.end()) continue;
      without += finding.ratio ? 0 : 1;
      if (!finding.ratio) continue;
      const record::Provenance side = result.sides.at(pair.candidate).energy.provenance;
      series->points.push_back(
          {.x = finding.ratio->value - 1.0,
           .y = static_cast<double>(panel.y.categories.size() - 1),
           .x_interval = record::Interval<double>{finding.ratio->low - 1.0, finding.ratio->high - 1.0},
           .provenance = finding.quantity == "time" ? record::Provenance::measured : side});
    }
  }
  std::erase_if(panel.series, [](const Series& series) { return series.points.empty(); });
  panel.guides.push_back({.at = 0.0});
  panel.shade = plot::Shade{.x = {-limit, limit}, .name = fmt::format("equivalent: ±{:.3g} %", 100.0 * limit)};
  plot.panels.push_back(std::move(panel));
  plot.note = fmt::format("Bars: intervals of candidate / base − 1, {}.",
                          result.planned_looks ? "each at 98.5 % for planned looks" : "95 %");
  if (result.pairs.size() > 1) plot.note += " Holm's levels over all pairs.";
  if (without > 0) plot.note += fmt::format(" Not compared: {}; the table says why.", without);
  return plot;
}

}  // namespace wattlens::report
