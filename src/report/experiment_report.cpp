#include "report/experiment_report.h"

#include <fmt/format.h>

#include <algorithm>

#include "record/json.h"
#include "record/names.h"
#include "report/experiment_tables.h"
#include "report/machine_formats.h"
#include "report/serving_table.h"
#include "report/simulated.h"

namespace wattlens::report {
namespace {

using base::Json;
using record::ExperimentSummary;

Json idle_json(std::span<const record::IdleBaseline> baselines) {
  Json list = Json::array();
  for (const auto& idle : baselines) {
    list.push_back({{"channel", idle.channel},
                    {"power_w", idle.power.value},
                    {"low_w", idle.interval.low.value},
                    {"high_w", idle.interval.high.value}});
  }
  return list;
}

// Of an experiment, or of the part of one that was resumed.
template <class Part>
Json idle_of(const Part& part) {
  return {{"before", idle_json(part.idle_before)},
          {"loaded", idle_json(part.idle_loaded)},
          {"after", idle_json(part.idle_after)}};
}

template <class T>
Json list_json(const std::vector<T>& items) {
  Json list = Json::array();
  for (const auto& item : items) list.push_back(record::to_json(item));
  return list;
}

Table rows_of(const ExperimentSummary& summary, bool name_experiment) {
  return serves_requests(summary) ? serving_table(summary, name_experiment) : points_table(summary, name_experiment);
}

std::string in_format(const ExperimentSummary& summary, Format format, const TextOptions& text,
                      Page (*page)(const ExperimentSummary&)) {
  switch (format) {
    case Format::table: return to_terminal(page(summary), text);
    case Format::markdown: return to_markdown(page(summary));
    case Format::csv: return to_csv(rows_of(summary, true));
    case Format::jsonl: return to_json_lines(rows_of(summary, true));
    case Format::json: return base::to_pretty_text(experiment_json(summary)) + '\n';
  }
  return {};
}

}  // namespace

bool simulated(const record::Experiment& experiment) {
  return simulated(experiment.channels) ||
         std::ranges::any_of(experiment.resumptions, [](const auto& part) { return simulated(part.channels); });
}

Json experiment_json(const ExperimentSummary& summary) {
  const record::Experiment& experiment = summary.experiment;
  Json json = {{"schema", kExperimentSchema},
               {"id", experiment.id},
               {"title", experiment.title},
               {"created_at", experiment.created_at},
               {"finished_at", experiment.finished_at},
               {"status", record::to_string(experiment.status)},
               {"seed", experiment.seed},
               {"machine", record::to_json(experiment.machine)},
               {"plan", experiment.plan},
               {"channels", list_json(experiment.channels)},
               {"idle", idle_of(experiment)},
               {"points", rows_json(rows_of(summary, false))},
               {"savings", rows_json(savings_table(summary))},
               {"warnings", list_json(experiment.warnings)}};
  if (simulated(experiment)) json["simulated"] = true;
  for (const record::Resumption& part : experiment.resumptions) {
    json["resumptions"].push_back({{"resumed_at", part.resumed_at},
                                   {"first_run", part.first_run},
                                   {"machine", record::to_json(part.machine)},
                                   {"channels", list_json(part.channels)},
                                   {"idle", idle_of(part)}});
  }
  return json;
}

Page results_page(const ExperimentSummary& summary) {
  Page page;
  if (simulated(summary.experiment)) page.sections.push_back({.lead = std::string(kSimulatedLine)});
  Section points;
  points.lead = shared_conditions(summary);
  points.table = rows_of(summary, false);
  points.remarks = explanations(summary);
  if (summary.points.empty()) points = {.lead = "The plan has no points."};
  page.sections.push_back(std::move(points));
  if (!summary.savings.empty()) {
    page.sections.push_back({.heading = "Batch of least energy per image", .table = savings_table(summary)});
  }
  return page;
}

std::string experiment_results(const ExperimentSummary& summary, Format format, const TextOptions& text) {
  return in_format(summary, format, text, results_page);
}

std::string experiment_in_full(const ExperimentSummary& summary, Format format, const TextOptions& text) {
  return in_format(summary, format, text, full_page);
}

}  // namespace wattlens::report
