#include "report/timeline_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "plot/kinds.h"
#include "record/json.h"
#include "record/names.h"
#include "report/experiment_tables.h"
#include "report/machine_formats.h"
#include "report/page.h"
#include "report/quantities.h"

namespace wattlens::report {
namespace {

using base::Json;
using record::Timeline;
using record::TimelinePoint;
using record::TimelineView;

Table points_of(const Timeline& timeline) {
  using enum ColumnKind;
  Table table;
  table.columns = {{"view", ""},
                   {"model", "network"},
                   {"year", "year", number},
                   {"top1_percent", "top-1 %", number},
                   {"batch", "batch", number},
                   {"energy_per_image_j", "J/image gross", energy}};
  for (const TimelineView& view : timeline.views) {
    begin_group(table, view.name);
    for (const TimelinePoint& point : view.points) {
      table.rows.push_back({view.name, point.model, point.year, point.top1_percent, point.batch,
                            to_quantity(point.energy, point.complete)});
    }
  }
  return table;
}

Table growths_of(const Timeline& timeline) {
  using enum ColumnKind;
  Table table;
  table.columns = {{"", "growth of"}, {"", "factor per year", quantity}, {"", "Kendall's tau"}, {"", "p"}};
  for (const TimelineView& view : timeline.views) {
    begin_group(table, view.name);
    for (const record::Growth& growth : view.growths) {
      table.rows.push_back({growth.quantity, to_quantity(growth.per_year), fmt::format("{:.2f}", growth.tau),
                            fmt::format("{:.2g}", growth.p_value)});
    }
  }
  return table;
}

std::string conditions_text(const record::PlanPoint& point) {
  std::string text = fmt::format("{} on {}, {}, {} hint", point.engine, point.device, point.precision, point.hint);
  if (point.threads > 0) text += fmt::format(", {} threads", point.threads);
  if (!point.settings.empty()) text += ", " + point.settings;
  return text;
}

Json conditions_json(const record::PlanPoint& point) {
  return {{"engine", point.engine}, {"device", point.device},   {"precision", point.precision},
          {"hint", point.hint},     {"threads", point.threads}, {"settings", point.settings}};
}

Page page_of(const Timeline& timeline) {
  Page page{.title = fmt::format("Timeline: energy per image against year and accuracy ({})", timeline.experiment)};
  Section networks{.table = points_of(timeline)};
  networks.remarks = {
      conditions_text(timeline.conditions) + ".",
      "Years: first publication. Accuracies: ImageNet-1k top-1 as torchvision publishes it, or as given; "
      "they are not measured here."};
  for (const std::string& left_out : timeline.left_out) networks.remarks.push_back("left out: " + left_out);
  const auto modelled = [](const TimelinePoint& p) { return p.energy.provenance == record::Provenance::modelled; };
  if (std::ranges::any_of(timeline.views,
                          [&](const auto& view) { return std::ranges::any_of(view.points, modelled); })) {
    networks.remarks.emplace_back("~ is modelled from the processor's load, not measured: no sensor can be read here.");
  }
  page.sections.push_back(std::move(networks));
  Section growths{.heading = "Growth per year"};
  growths.table = growths_of(timeline);
  growths.remarks = {
      "Slope of the logarithm over the year; 95 % by Student's t with n - 2 degrees of freedom, the measurement's own "
      "uncertainty added. Five networks are five points, chosen by the paper's authors: little can be told."};
  if (!growths.table->rows.empty()) page.sections.push_back(std::move(growths));
  Section claims{.heading = "The paper's claims"};
  for (const TimelineView& view : timeline.views) {
    for (const record::Claim& claim : view.claims) {
      claims.remarks.push_back(fmt::format("{}: \"{}\": {}: {}.", view.name, claim.claim, claim.verdict, claim.reason));
    }
  }
  page.sections.push_back(std::move(claims));
  return page;
}

Json estimate_json(const record::Estimate<double>& estimate) {
  return {{"value", estimate.value}, {"low", estimate.low}, {"high", estimate.high}};
}

Json view_json(const TimelineView& view) {
  Json json = {{"name", view.name}, {"points", Json::array()}, {"growths", Json::array()}, {"claims", Json::array()}};
  for (const TimelinePoint& point : view.points) {
    json["points"].push_back({{"model", point.model},
                              {"year", point.year},
                              {"top1_percent", point.top1_percent},
                              {"batch", point.batch},
                              {"energy_per_image", record::to_json(point.energy)},
                              {"complete", point.complete}});
  }
  for (const record::Growth& growth : view.growths) {
    json["growths"].push_back({{"quantity", growth.quantity},
                               {"factor_per_year", estimate_json(growth.per_year)},
                               {"kendall_tau", growth.tau},
                               {"p_value", growth.p_value}});
  }
  for (const record::Claim& claim : view.claims) {
    json["claims"].push_back({{"claim", claim.claim}, {"verdict", claim.verdict}, {"reason", claim.reason}});
  }
  return json;
}

plot::Point plot_point(const TimelinePoint& point, double x) {
  const Quantity energy = to_quantity(point.energy, point.complete);
  return {.x = x,
          .y = energy.value.value_or(std::nan("")),
          .y_interval = energy.interval,
          .label = point.model,
          .provenance = point.energy.provenance};
}

}  // namespace

Json timeline_json(const Timeline& timeline) {
  Json json = {{"schema", kTimelineSchema}, {"experiment", timeline.experiment},
               {"date", timeline.date},     {"conditions", conditions_json(timeline.conditions)},
               {"views", Json::array()},    {"left_out", timeline.left_out}};
  for (const TimelineView& view : timeline.views) json["views"].push_back(view_json(view));
  return json;
}

std::string timeline_text(const Timeline& timeline, Format format, const TextOptions& text) {
  switch (format) {
    case Format::table: return to_terminal(page_of(timeline), text);
    case Format::markdown: return to_markdown(page_of(timeline));
    case Format::csv: return to_csv(points_of(timeline));
    case Format::jsonl: return to_json_lines(points_of(timeline));
    case Format::json: return base::to_pretty_text(timeline_json(timeline)) + '\n';
  }
  return {};
}

plot::Plot timeline_plot(const Timeline& timeline) {
  plot::Plot plot{.title = "Energy per image of a decade of networks"};
  if (timeline.views.empty()) return plot;
  const TimelineView& view = timeline.views.back();
  plot.note = fmt::format("{}; bars: 95 % intervals. Accuracies and years as published.", view.name);
  const plot::Axis energy{.title = "energy per image, gross", .unit = "J", .scale = plot::Scale::log10};
  plot::Panel years{.x = {.title = "year of first publication"}, .y = energy, .series = {{.name = "year"}}};
  plot::Panel accuracies{
      .x = {.title = "ImageNet-1k top-1 accuracy", .unit = "%"}, .y = energy, .series = {{.name = "year"}}};
  for (const TimelinePoint& point : view.points) {
    years.series[0].points.push_back(plot_point(point, static_cast<double>(point.year)));
    accuracies.series[0].points.push_back(plot_point(point, point.top1_percent));
  }
  plot::add_frontier(accuracies, plot::Better::more, plot::Better::less, "least energy for an accuracy");
  plot.panels = {std::move(years), std::move(accuracies)};
  return plot;
}

}  // namespace wattlens::report
