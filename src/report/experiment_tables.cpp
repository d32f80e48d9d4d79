#include "report/experiment_tables.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <numeric>

#include "base/text.h"
#include "record/comparison.h"
#include "record/json.h"
#include "record/names.h"
#include "report/accuracy_columns.h"
#include "report/number_text.h"
#include "report/quantities.h"
#include "report/sparkline.h"

namespace wattlens::report {
namespace {

using record::ExperimentSummary;
using record::PlanPoint;
using record::PointSummary;

std::string preprocessing_words(const std::string& word) {
  if (word == "alone") return "preprocessing alone";
  return word.empty() ? word : fmt::format("preprocessed {} the window", word);
}

// One axis of the plan, in words: points with the same words share it.
struct Axis {
  std::function<std::string(const PlanPoint&)> words;
};

const std::vector<Axis>& axes_beside_model_and_batch() {
  static const std::vector<Axis> kAxes = {
      {[](const PlanPoint& p) { return fmt::format("{} on {}", p.engine, p.device); }},
      {[](const PlanPoint& p) { return p.precision; }},
      {[](const PlanPoint& p) { return p.hint.empty() ? std::string() : fmt::format("{} hint", p.hint); }},
      {[](const PlanPoint& p) { return fmt::format("{} px", p.image_size); }},
      {[](const PlanPoint& p) {
        return p.threads == 0 ? std::string("threads as the engine chooses")
                              : fmt::format("{} thread{}", p.threads, p.threads == 1 ? "" : "s");
      }},
      {[](const PlanPoint& p) { return preprocessing_words(p.preprocess); }},
      {[](const PlanPoint& p) { return p.settings; }},
  };
  return kAxes;
}

bool shared(const ExperimentSummary& summary, const Axis& axis) {
  return std::ranges::all_of(summary.points, [&](const PointSummary& point) {
    return axis.words(point.point) == axis.words(summary.points.front().point);
  });
}

// Three digits: "25.6 M".
std::string short_text(double count) {
  static constexpr std::array<std::pair<double, std::string_view>, 3> kUnits{{{1e9, "G"}, {1e6, "M"}, {1e3, "k"}}};
  for (const auto& [size, letter] : kUnits) {
    if (count >= 0.9995 * size) return fmt::format("{} {}", number_text(count / size), letter);
  }
  return number_text(count);
}

// What an image costs, where an engine told: "25.6 M parameters, 4.09 G multiply-adds per image".
std::string cost_text(const record::WorkloadInfo& info) {
  if (!info.multiply_adds) return {};
  const std::string parameters =
      info.parameters ? short_text(static_cast<double>(*info.parameters)) + " parameters, " : std::string();
  return fmt::format("{}{}{} multiply-adds per image", parameters, info.not_counted.empty() ? "" : "at least ",
                     short_text(static_cast<double>(*info.multiply_adds)));
}

// What a reader must know of one point, in a few words; the sentences are below the table.
std::string remarks_of(const PointSummary& point) {
  std::vector<std::string> words;
  if (point.repetitions == 0 && point.failure) words.push_back("failed: " + point.failure->message);
  if (point.repetitions == 0 && !point.failure) words.emplace_back("not run");
  if (point.repetitions > 0 && point.failed > 0) words.push_back(fmt::format("{} failed", point.failed));
  if (point.stop_reason == "budget") words.emplace_back("fewer runs: budget");
  if (point.stop_reason == "limit") words.emplace_back("wide: limit of runs");
  if (point.stop_reason == "interrupted") words.emplace_back("interrupted");
  if (point.repetitions > 0 && point.output_check.status != record::CheckStatus::passed) {
    words.push_back(point.output_check.status == record::CheckStatus::failed ? "wrong output" : "output not checked");
  }
  const std::string& runs_as = point.workload.execution_precision;
  if (!runs_as.empty() && runs_as != point.point.precision) words.push_back("runs as " + runs_as);
  if (point.outliers > 0) words.push_back(fmt::format("{} outlier{}", point.outliers, point.outliers == 1 ? "" : "s"));
  for (const auto& warning : point.warnings) {
    const std::string code = in_words(warning.code);
    if (std::ranges::find(words, code) == words.end()) words.push_back(code);
  }
  return base::join(words, ", ");
}

Cell count_cell(const std::optional<std::int64_t>& count) { return count ? Cell(*count) : Cell(); }

Cell phase_seconds(const PointSummary& point, std::string_view name) {
  const auto found = std::ranges::find(point.preparation, name, &record::Phase::name);
  return found == point.preparation.end() ? Cell() : Cell(found->duration().value);
}

Cell phase_energy(const PointSummary& point, std::string_view name) {
  const auto found = std::ranges::find(point.preparation, name, &record::Phase::name);
  return found == point.preparation.end() ? Cell() : Cell(to_quantity(found->gross, found->complete));
}

base::Json warnings_of(const PointSummary& point) {
  base::Json list = base::Json::array();
  for (const auto& warning : point.warnings) list.push_back(record::to_json(warning));
  return list;
}

std::vector<Cell> row_of(const PointSummary& summary) {
  const PlanPoint& point = summary.point;
  return {point.model,
          point.engine,
          point.device,
          point.precision,
          point.hint,
          point.image_size,
          point.batch,
          point.threads,
          point.preprocess,
          point.settings,
          summary.repetitions,
          summary.failed,
          summary.outliers,
          to_quantity(summary.images_per_s),
          to_quantity(summary.batch_time, 1e3),
          to_quantity(summary.energy_per_image, summary.complete),
          to_quantity(summary.net_energy_per_image, summary.complete),
          std::string(record::to_string(summary.output_check.status)),
          count_cell(summary.workload.parameters),
          count_cell(summary.workload.multiply_adds),
          phase_seconds(summary, "start-up"),
          phase_seconds(summary, "compile"),
          phase_seconds(summary, "first inference"),
          phase_seconds(summary, "ready"),
          phase_energy(summary, "compile"),
          phase_energy(summary, "ready"),
          summary.stop_reason,
          warnings_of(summary),
          base::Json(summary.images_per_s_values),
          base::Json(summary.energy_values),
          summary.failure ? Cell(summary.failure->message) : Cell(),
          remarks_of(summary)};
}

// How far the least and the greatest are from the mean: "-1.2 to +0.9 %".
std::string spread_text(const std::vector<double>& values) {
  if (values.size() < 2) return {};
  const auto [least, greatest] = std::ranges::minmax(values);
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
  if (!(mean > 0.0) || !std::isfinite(mean)) return {};
  return fmt::format("{:+.1f} to {:+.1f} %", 100.0 * (least / mean - 1.0), 100.0 * (greatest / mean - 1.0));
}

// A ratio of modelled joules holds by the model alone, one of lower bounds not even by it.
std::string provenance_of(const record::BatchSaving& saving) {
  return std::string(to_string(saving.provenance)) + (saving.complete ? "" : ", incomplete");
}

}  // namespace

std::string in_words(std::string code) {
  std::ranges::replace(code, '_', ' ');
  return code;
}

std::string group_name(const ExperimentSummary& summary, const PlanPoint& point) {
  std::vector<std::string> words = {point.model};
  for (const Axis& axis : axes_beside_model_and_batch()) {
    if (!shared(summary, axis)) words.push_back(axis.words(point));
  }
  return base::join(words, ", ");
}

Quantity to_quantity(const record::Energy& energy, std::optional<bool> complete) {
  Quantity quantity;
  quantity.provenance = energy.value ? energy.provenance : record::Provenance::missing;
  quantity.method = energy.method;
  quantity.hint = energy.hint;
  if (!energy.value) {
    quantity.reason = energy.reason.empty() ? "nothing was measured" : energy.reason;
    return quantity;
  }
  quantity.value = energy.value->value;
  quantity.at_least = complete == false;
  const auto& interval = energy.absolute ? energy.absolute : energy.relative;
  if (interval) quantity.interval = finite_bounds(interval->low.value, interval->high.value);
  quantity.sensor_error_left_out = quantity.interval && !energy.absolute;
  return quantity;
}

void name_rows(Table& table, const std::string& experiment) {
  table.columns.insert(table.columns.begin(), Column{"experiment", ""});
  for (auto& row : table.rows) row.insert(row.begin(), experiment);
}

void hide_empty_remarks(Table& table) {
  const auto no_remarks = [](const std::vector<Cell>& row) { return std::get<std::string>(row.back()).empty(); };
  if (std::ranges::all_of(table.rows, no_remarks)) table.columns.back().heading.clear();
}

Table points_table(const ExperimentSummary& summary, bool name_experiment) {
  using enum ColumnKind;
  Table table;
  table.columns = {{"model", ""},
                   {"engine", ""},
                   {"device", ""},
                   {"precision", ""},
                   {"hint", ""},
                   {"image_size", "", number},
                   {"batch", "batch", number},
                   {"threads", "", number},
                   {"preprocess", ""},
                   {"settings", ""},
                   {"repetitions", "runs", number, true},
                   {"failed", "", number},
                   {"outliers", "", number},
                   {"images_per_s", "images/s", quantity},
                   {"ms_per_batch", "ms per batch", quantity, true},
                   {"energy_j_per_image", "J/image gross", energy},
                   {"net_energy_j_per_image", "J/image net", energy},
                   {"output_check", ""},
                   {"parameters", "", number},
                   {"multiply_adds", "", number},
                   {"start_up_s", "", number},
                   {"compile_s", "", number},
                   {"first_inference_s", "", number},
                   {"ready_s", "", number},
                   {"compile_energy_j", "", energy},
                   {"ready_energy_j", "", energy},
                   {"stop_reason", ""},
                   {"warnings", ""},
                   {"images_per_s_by_run", ""},
                   {"energy_j_per_image_by_run", ""},
                   {"failure", ""},
                   {"", "remarks"}};
  for (const PointSummary& point : summary.points) {
    begin_group(table, group_name(summary, point.point));
    if (table.groups.back().note.empty()) table.groups.back().note = cost_text(point.workload);
    table.rows.push_back(row_of(point));
  }
  if (name_experiment) name_rows(table, summary.experiment.id);
  std::vector<const record::WorkloadInfo*> infos;
  for (const PointSummary& point : summary.points) infos.push_back(&point.workload);
  add_accuracy(table, infos);
  hide_empty_remarks(table);
  return table;
}

Table repetitions_table(const ExperimentSummary& summary) {
  Table table;
  table.columns = {{"", "batch", ColumnKind::number},
                   {"", "images/s, run by run"},
                   {"", "around the mean"},
                   {"", "J/image, run by run"},
                   {"", "around the mean"}};
  for (const PointSummary& point : summary.points) {
    if (point.images_per_s_values.size() < 2) continue;
    begin_group(table, group_name(summary, point.point));
    table.rows.push_back({point.point.batch, sparkline(point.images_per_s_values),
                          spread_text(point.images_per_s_values), sparkline(point.energy_values),
                          spread_text(point.energy_values)});
  }
  return table;
}

Table savings_table(const ExperimentSummary& summary) {
  using enum ColumnKind;
  const auto varies = [&](auto member) {
    return std::ranges::any_of(summary.savings, [&](const record::BatchSaving& saving) {
      return saving.*member != summary.savings.front().*member;
    });
  };
  const bool engines = varies(&record::BatchSaving::engine);
  const bool precisions = varies(&record::BatchSaving::precision);
  const bool hints = varies(&record::BatchSaving::hint);
  Table table;
  table.columns = {{"model", ""},
                   {"engine", ""},
                   {"precision", ""},
                   {"hint", ""},
                   {"best_batch", "best batch", number},
                   {"base_batch", "against", number},
                   {"ratio", "J/image ratio", quantity},
                   {"saved_percent", "saves %", quantity},
                   {"verdict", "verdict"},
                   {"provenance", "energies"}};
  for (const auto& saving : summary.savings) {
    std::vector<std::string> group = {saving.model};
    if (engines) group.push_back(saving.engine);
    if (precisions) group.push_back(saving.precision);
    if (hints) group.push_back(saving.hint);
    begin_group(table, base::join(group, ", "));
    Quantity saved;
    if (saving.ratio) {
      saved.value = 100.0 * (1.0 - saving.ratio->value);
      saved.interval = finite_bounds(100.0 * (1.0 - saving.ratio->high), 100.0 * (1.0 - saving.ratio->low));
    }
    table.rows.push_back({saving.model, saving.engine, saving.precision, saving.hint, saving.best_batch,
                          saving.base_batch, to_quantity(saving.ratio), saved, saving.verdict, provenance_of(saving)});
  }
  return table;
}

std::string shared_conditions(const ExperimentSummary& summary) {
  if (summary.points.empty()) return {};
  if (summary.points.front().point.engine == record::kCommandEngine) return "commands; one run counts as one image";
  std::vector<std::string> words;
  for (const Axis& axis : axes_beside_model_and_batch()) {
    const std::string word = axis.words(summary.points.front().point);
    if (shared(summary, axis) && !word.empty()) words.push_back(word);
  }
  return base::join(words, ", ");
}

std::vector<std::string> explanations(const ExperimentSummary& summary) {
  std::vector<std::string> lines;
  const auto add = [&](std::string line) {
    if (std::ranges::find(lines, line) == lines.end()) lines.push_back(std::move(line));
  };
  if (!summary.points.empty()) add("± and (low–high) are 95 % intervals. Net is gross less idle power × time.");
  for (const PointSummary& point : summary.points) {
    if (const auto& accuracy = point.workload.accuracy) {
      add(fmt::format("top-1 and top-5: on {} labelled images of {}{}.", accuracy->images, accuracy->set,
                      accuracy->broken > 0 ? fmt::format(", {} broken ones left out", accuracy->broken) : ""));
    }
    const record::Energy& energy = point.energy_per_image;
    const Quantity quantity = to_quantity(energy, point.complete);
    if (quantity.value && quantity.provenance == record::Provenance::modelled) {
      add(fmt::format("~ is modelled ({}), not measured: `wattlens doctor` tells which sensor would measure.",
                      energy.method.empty() ? "without a sensor" : in_words(energy.method)));
    }
    if (quantity.value && quantity.provenance == record::Provenance::simulated) {
      add("sim is simulated (--simulate): it says nothing of any machine.");
    }
    if (quantity.at_least) add("at least: a part that belongs to the total could not be read.");
    if (quantity.sensor_error_left_out) {
      add("The intervals of J/image leave out the sensor's own error, of which nothing is known.");
    }
    if (!quantity.value && point.repetitions > 0) {
      add(fmt::format("missing energy: {}.{}", in_words(quantity.reason),
                      quantity.hint.empty() ? "" : " To mend it: " + quantity.hint));
    }
  }
  for (const PointSummary& point : summary.points) {
    for (const auto& warning : point.warnings) {
      const auto same = [&](const PointSummary& other) {
        return std::ranges::any_of(other.warnings, [&](const auto& w) { return w.code == warning.code; });
      };
      const auto points = std::ranges::count_if(summary.points, same);
      if (&point != &*std::ranges::find_if(summary.points, same)) continue;
      add(fmt::format("{}{}: {}{}{}", in_words(warning.code), points > 1 ? fmt::format(" ({} points)", points) : "",
                      warning.message, warning.hint.empty() ? "" : "; ", warning.hint));
    }
  }
  return lines;
}

}  // namespace wattlens::report
