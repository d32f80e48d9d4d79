#include <array>

#include "plot/svg.h"
#include "record/names.h"

namespace wattlens::plot {
namespace {

using base::Json;

std::string_view name_of(Scale scale) {
  constexpr std::array<std::string_view, 3> kNames = {"linear", "log10", "log2"};
  return kNames.at(static_cast<std::size_t>(scale));
}

Json axis_json(const Axis& axis) {
  Json json = {{"title", axis.title}, {"unit", axis.unit}};
  if (axis.categories.empty()) {
    json["scale"] = name_of(axis.scale);
  } else {
    json["categories"] = axis.categories;
  }
  return json;
}

void add_interval(Json& json, const char* name, const std::optional<Interval<double>>& interval) {
  if (interval) json[name] = {interval->low, interval->high};
}

Json point_json(const Point& point, const Plot& plot) {
  Json json = {{"x", point.x}, {"y", point.y}};
  add_interval(json, "x_interval", point.x_interval);
  add_interval(json, "y_interval", point.y_interval);
  if (!point.label.empty()) json["label"] = point.label;
  if (point.shape && *point.shape < plot.shapes.size()) json["shape"] = plot.shapes[*point.shape];
  if (point.provenance != Provenance::measured) json["provenance"] = record::to_string(point.provenance);
  return json;
}

Json panel_json(const Panel& panel, const Plot& plot) {
  Json json = {
      {"heading", panel.heading}, {"x", axis_json(panel.x)}, {"y", axis_json(panel.y)}, {"series", Json::array()}};
  for (const Series& series : panel.series) {
    Json points = Json::array();
    for (const Point& point : series.points) points.push_back(point_json(point, plot));
    json["series"].push_back({{"name", series.name}, {"points", std::move(points)}});
  }
  for (const Guide& guide : panel.guides) {
    const char* axis = guide.axis == Guide::Across::x ? "x" : "y";
    json["guides"].push_back({{"axis", axis}, {"at", guide.at}, {"label", guide.label}});
  }
  if (panel.shade) json["shade"] = {{"x", {panel.shade->x.low, panel.shade->x.high}}, {"name", panel.shade->name}};
  return json;
}

}  // namespace

Json plot_json(const Plot& plot, const Origin& origin) {
  Json json = {{"schema", kPlotSchema},     {"title", plot.title},       {"note", plot.note},
               {"command", origin.command}, {"version", origin.version}, {"experiments", origin.experiments},
               {"date", origin.date},       {"panels", Json::array()}};
  for (const Panel& panel : plot.panels) json["panels"].push_back(panel_json(panel, plot));
  return json;
}

}  // namespace wattlens::plot
