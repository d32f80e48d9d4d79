#include <cmath>

#include "record/json.h"
#include "record/names.h"
#include "report/comparison_report.h"
#include "report/optimisation_report.h"

namespace wattlens::report {
namespace {

using base::Json;
using record::Optimisation;
using record::Spent;
using record::Trial;

double number(double value) { return value; }
template <class Unit>
double number(Unit value) {
  return value.value;
}

// Bounds that are not known, or infinite, are null.
template <class T>
Json estimate_json(const std::optional<record::Estimate<T>>& estimate) {
  if (!estimate) return nullptr;
  const auto bound = [](T x) { return std::isfinite(number(x)) ? Json(number(x)) : Json(); };
  return {{"value", number(estimate->value)}, {"low", bound(estimate->low)}, {"high", bound(estimate->high)}};
}

Json spent_json(const Spent& spent) {
  return {{"total_j", spent.total().value},
          {"windows_j", spent.windows.value},
          {"preparations_j", spent.preparations.value},
          {"warm_ups_j", spent.warm_ups.value},
          {"rest_j", spent.rest.value},
          {"time_s", spent.time.value},
          {"provenance", record::to_string(spent.provenance)},
          {"complete", spent.complete}};
}

Json agreement_json(const std::optional<record::Agreement>& agreement) {
  if (!agreement) return nullptr;
  return {{"images", agreement->images},
          {"same_top1", agreement->same},
          {"share", estimate_json(std::optional(agreement->share))},
          {"error", agreement->error},
          {"reference", agreement->reference}};
}

Json trial_json(const Trial& trial) {
  Json json = {{"point", record::to_json(trial.point)},
               {"rung", trial.rung + 1},
               {"runs", trial.runs},
               {"energy_j_per_image", estimate_json(trial.energy)},
               {"provenance", record::to_string(trial.energy ? trial.provenance : record::Provenance::missing)},
               {"complete", trial.complete},
               {"latency_s", estimate_json(trial.latency)},
               {"p99_s", estimate_json(trial.p99)},
               {"images_per_s", estimate_json(trial.throughput)},
               {"peak_memory_bytes", trial.memory ? Json(trial.memory->value) : Json()},
               {"agreement", agreement_json(trial.agreement)},
               {"accuracy", trial.accuracy ? record::to_json(*trial.accuracy) : Json()},
               {"output_check", record::to_json(trial.output_check)}};
  if (!trial.failure.empty()) json["failure"] = trial.failure;
  return json;
}

Json rung_json(const record::Rung& rung) {
  return {{"rung", rung.number + 1},         {"experiments", rung.experiments}, {"candidates", rung.candidates},
          {"repetitions", rung.repetitions}, {"window_s", rung.window.value},   {"spent", spent_json(rung.spent)}};
}

}  // namespace

Json optimisation_json(const OptimisationReport& report) {
  const Optimisation& found = report.found;
  Json json = {{"schema", kOptimisationSchema}, {"model", found.model}};
  json["limits"] = Json::array();
  for (const record::Limit& limit : found.limits) json["limits"].push_back(limit.text);
  json["default"] = record::to_json(found.base);
  json["candidates"] = found.candidates;
  json["winner"] = found.winner ? record::to_json(*found.winner) : Json();
  json["closest"] = nullptr;
  if (const auto& closest = found.closest) {
    json["closest"] = {
        {"point", closest->point}, {"limit", closest->limit}, {"value", closest->value}, {"broken", closest->broken}};
  }
  json["trials"] = Json::array();
  for (const Trial& trial : found.trials) json["trials"].push_back(trial_json(trial));
  json["fallen"] = Json::array();
  for (const record::Fallen& fallen : found.fallen) {
    json["fallen"].push_back({{"point", fallen.point.id},
                              {"rung", fallen.rung < 0 ? Json() : Json(fallen.rung + 1)},
                              {"reason", fallen.reason}});
  }
  json["rungs"] = Json::array();
  for (const record::Rung& rung : found.rungs) json["rungs"].push_back(rung_json(rung));
  json["searching"] = spent_json(found.searching);
  json["exhaustive_j"] = found.exhaustive ? Json(found.exhaustive->value) : Json();
  json["verification"] = found.verification ? comparison_json(*found.verification) : Json();
  json["verifying"] = spent_json(found.verifying);
  json["payback_images"] = estimate_json(found.payback);
  json["interrupted"] = found.interrupted;
  json["command"] = report.command.empty() ? Json() : Json(report.command);
  json["summary"] = optimisation_sentences(report);
  json["warnings"] = Json::array();
  for (const record::Warning& warning : found.warnings) json["warnings"].push_back(record::to_json(warning));
  if (found.searching.provenance == record::Provenance::simulated) json["simulated"] = true;
  return json;
}

}  // namespace wattlens::report
