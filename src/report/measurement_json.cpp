#include <algorithm>

#include "record/json.h"
#include "record/names.h"
#include "report/measurement_report.h"
#include "report/simulated.h"

namespace wattlens::report {
namespace {

using base::Json;
using record::Energy;
using record::Joules;
using record::Measurement;
using record::MeasurementSeries;

constexpr double kJoulesPerKilowattHour = 3.6e6;

void add_interval(Json& json, const char* name, const std::optional<record::Interval<Joules>>& interval) {
  if (interval) json[name] = {{"low_j", interval->low.value}, {"high_j", interval->high.value}};
}

void add_energy(Json& json, const Energy& energy) {
  if (!energy.value) return;
  json["energy_j"] = energy.value->value;
  add_interval(json, "absolute", energy.absolute);
  add_interval(json, "relative", energy.relative);
}

Json channel_json(const record::Channel& channel, const record::Window& window) {
  Json json = {{"id", channel.id}, {"kind", record::to_string(channel.kind)}};
  if (!channel.method.empty()) json["method"] = channel.method;
  const auto found = std::ranges::find(window.channels, channel.id, &record::ChannelEnergy::channel);
  const bool known = found != window.channels.end();
  const Energy nothing;
  const Energy& gross = known ? found->gross : nothing;
  json["provenance"] = record::to_string(gross.provenance);
  if (channel.update_period) {
    json["update_period_s"] = channel.update_period->value;
  } else if (known && found->updates > 1) {
    json["update_period_s"] = window.duration().value / static_cast<double>(found->updates);
  }
  if (known && gross.value) json["updates"] = found->updates;
  add_energy(json, gross);
  if (known && found->net.value) json["net_energy_j"] = found->net.value->value;
  if (!gross.value) {
    json["reason"] = gross.reason;
    if (!gross.hint.empty()) json["hint"] = gross.hint;
  }
  json["covers"] = channel.covers;
  if (!channel.checks.empty()) json["checks"] = channel.checks;
  return json;
}

Json total_json(const record::Window& window) {
  Json json = {{"provenance", record::to_string(window.total.provenance)},
               {"complete", window.complete && window.total.value.has_value()},
               {"missing", window.missing}};
  add_energy(json, window.total);
  if (window.net_total.value) json["net_energy_j"] = window.net_total.value->value;
  if (!window.total.value) {
    json["reason"] = window.total.reason;
    if (const auto partial = partial_energy(window)) json["partial_energy_j"] = partial->value;
  }
  json["sums"] = window.sums;
  return json;
}

Json region_json(const record::Region& region) {
  Json json = {{"name", region.path.back()},
               {"path", region.path},
               {"process", region.process},
               {"thread", region.thread},
               {"count", region.count},
               {"never_ended", region.unended},
               {"duration_s", region.window.duration().value},
               {"resolvable", region.resolvable}};
  if (region.needs_at_least) json["needs_at_least_s"] = region.needs_at_least->value;
  json["channels"] = Json::array();
  for (const record::ChannelEnergy& channel : region.window.channels) {
    Json entry = {{"id", channel.channel}, {"provenance", record::to_string(channel.gross.provenance)}};
    add_energy(entry, channel.gross);
    if (channel.net.value) entry["net_energy_j"] = channel.net.value->value;
    if (!channel.gross.value) entry["reason"] = channel.gross.reason;
    json["channels"].push_back(std::move(entry));
  }
  json["total"] = total_json(region.window);
  return json;
}

Json idle_json(const Measurement& run) {
  Json json = Json::object();
  if (const auto before = idle_sum(run.idle_before, run.window.sums)) json["before_w"] = before->value;
  if (const auto after = idle_sum(run.idle_after, run.window.sums)) json["after_w"] = after->value;
  return json;
}

Json emissions_json(const Energy& energy, const MeasurementSeries& series) {
  const record::GridFactor& grid = *series.grid;
  Json json = Json::object();
  const auto grams = [&](Joules joules) { return emissions_g(joules, grid, series.pue); };
  if (energy.value) {
    json["emissions_g"] = grams(*energy.value);
    if (energy.absolute) {
      json["absolute"] = {{"low_g", grams(energy.absolute->low)}, {"high_g", grams(energy.absolute->high)}};
    }
  } else {
    json["reason"] = energy.reason;
  }
  json["factor_g_per_kwh"] = grid.g_per_kwh;
  if (!grid.zone.empty()) json["zone"] = grid.zone;
  if (grid.year) json["year"] = *grid.year;
  json["source"] = grid.source;
  if (series.pue) json["pue"] = *series.pue;
  return json;
}

Json attribution_json(const record::Attribution& attribution) {
  Json json = {{"method", "cpu-time"}, {"provenance", attribution.energy ? "modelled" : "missing"}};
  if (attribution.share) json["share"] = *attribution.share;
  if (attribution.energy) json["net_energy_j"] = attribution.energy->value;
  if (!attribution.reason.empty()) json["reason"] = attribution.reason;
  return json;
}

Json repetitions_json(const MeasurementSeries& series) {
  Json json = {{"count", series.runs.size()}, {"runs", Json::array()}};
  for (const Measurement& run : series.runs) {
    Json entry = {{"started_at", run.started_at},
                  {"exit_status", run.exit_status},
                  {"resolvable", run.resolvable},
                  {"duration_s", run.window.duration().value}};
    add_energy(entry, run.window.total);
    if (run.window.net_total.value) entry["net_energy_j"] = run.window.net_total.value->value;
    json["runs"].push_back(std::move(entry));
  }
  Json mean = {{"provenance", record::to_string(series.mean.provenance)}};
  add_energy(mean, series.mean);
  if (!series.mean.value) mean["reason"] = series.mean.reason;
  if (series.net_mean.value) mean["net_energy_j"] = series.net_mean.value->value;
  if (series.mean_duration) {
    mean["duration_s"] = series.mean_duration->value.value;
    mean["duration"] = {{"low_s", series.mean_duration->low.value}, {"high_s", series.mean_duration->high.value}};
  }
  json["mean"] = std::move(mean);
  return json;
}

}  // namespace

double emissions_g(Joules energy, const record::GridFactor& grid, std::optional<double> pue) {
  return energy.value / kJoulesPerKilowattHour * pue.value_or(1.0) * grid.g_per_kwh;
}

std::optional<Joules> partial_energy(const record::Window& window) {
  std::optional<Joules> sum;
  for (const record::ChannelEnergy& channel : window.channels) {
    if (!channel.gross.value || std::ranges::find(window.sums, channel.channel) == window.sums.end()) continue;
    sum = sum.value_or(Joules{}) + *channel.gross.value;
  }
  return sum;
}

std::optional<record::Watts> idle_sum(const std::vector<record::IdleBaseline>& idle,
                                      const std::vector<std::string>& channels) {
  std::optional<record::Watts> sum;
  for (const std::string& id : channels) {
    const auto found = std::ranges::find(idle, id, &record::IdleBaseline::channel);
    if (found == idle.end()) return std::nullopt;
    sum = sum.value_or(record::Watts{}) + found->power;
  }
  return sum;
}

Json measurement_json(const MeasurementSeries& series) {
  const Measurement& run = series.runs.back();
  const record::Window& window = run.window;
  Json json = {{"schema", kMeasureSchema},
               {"started_at", run.started_at},
               {"command", series.command},
               {"exit_status", run.exit_status},
               {"resolvable", run.resolvable}};
  if (run.signal != 0) json["signal"] = run.signal;
  if (run.run_at_least) json["run_at_least_s"] = run.run_at_least->value;
  json["window"] = {
      {"begin_mono_ns", window.begin.ns}, {"end_mono_ns", window.end.ns}, {"duration_s", window.duration().value}};
  if (simulated(series.channels)) json["simulated"] = true;
  json["channels"] = Json::array();
  for (const record::Channel& channel : series.channels) json["channels"].push_back(channel_json(channel, window));
  json["total"] = total_json(window);
  json["idle"] = idle_json(run);
  json["regions"] = Json::array();
  for (const record::Region& region : run.regions) json["regions"].push_back(region_json(region));
  json["command_cpu_s"] = run.command_cpu.value;
  json["own_cost"] = {{"cpu_s", run.own_cost.cpu.value}};
  json["neighbours"] = Json::object();
  if (window.neighbours.other_cores) json["neighbours"]["other_cores"] = *window.neighbours.other_cores;
  if (window.neighbours.steal_cores) json["neighbours"]["steal_cores"] = *window.neighbours.steal_cores;
  if (run.attribution) json["attribution"] = attribution_json(*run.attribution);
  if (series.settings) {
    json["settings"] = Json::array();
    for (const record::ChangedSetting& setting : *series.settings) json["settings"].push_back(record::to_json(setting));
  }
  if (series.grid) json["emissions"] = emissions_json(series.runs.size() > 1 ? series.mean : window.total, series);
  if (series.runs.size() > 1) json["repetitions"] = repetitions_json(series);
  json["warnings"] = Json::array();
  for (const record::Warning& warning : run.warnings) json["warnings"].push_back(record::to_json(warning));
  return json;
}

}  // namespace wattlens::report
