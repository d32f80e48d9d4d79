#include <fmt/format.h>

#include <algorithm>

#include "base/file.h"
#include "base/text.h"
#include "record/names.h"
#include "report/machine_formats.h"
#include "report/number_text.h"
#include "report/optimisation_report.h"
#include "report/quantities.h"
#include "report/simulated.h"

namespace wattlens::report {
namespace {

using record::Fallen;
using record::Optimisation;
using record::Trial;

constexpr std::size_t kMostFallenShown = 16;

Quantity energy_of(const Trial& trial) {
  Quantity energy = to_quantity(trial.energy, 1.0);
  energy.provenance = trial.energy ? trial.provenance : record::Provenance::missing;
  energy.at_least = trial.energy && !trial.complete;
  energy.sensor_error_left_out = true;
  energy.reason = trial.energy ? "" : trial.failure;
  return energy;
}

const Fallen* fallen_of(const Optimisation& found, const std::string& id) {
  const auto fallen = std::ranges::find(found.fallen, id, [](const Fallen& one) { return one.point.id; });
  return fallen == found.fallen.end() ? nullptr : &*fallen;
}

// What tells the candidates apart: "bf16, throughput, batch 8".
std::string label(const Optimisation& found, const record::PlanPoint& point) {
  const auto varies = [&](auto member) {
    const auto differs = [&](const auto& one) { return one.point.*member != found.base.*member; };
    return std::ranges::any_of(found.trials, differs) || std::ranges::any_of(found.fallen, differs);
  };
  std::vector<std::string> parts;
  if (varies(&record::PlanPoint::model)) parts.push_back(base::Path(point.model).filename().string());
  if (varies(&record::PlanPoint::engine)) parts.push_back(point.engine);
  if (varies(&record::PlanPoint::device)) parts.push_back(point.device);
  parts.push_back(point.precision);
  parts.push_back(point.hint);
  parts.push_back(fmt::format("batch {}", point.batch));
  if (point.threads > 0) parts.push_back(fmt::format("{} threads", point.threads));
  if (!point.settings.empty()) parts.push_back(point.settings);
  return base::join(parts, ", ");
}

std::vector<Cell> row_of(const Optimisation& found, const Trial& trial) {
  const Fallen* fallen = fallen_of(found, trial.point.id);
  const bool chosen = found.winner && found.winner->id == trial.point.id;
  const bool base = found.base.id == trial.point.id;
  std::string remark = chosen ? "cheapest" : fallen ? fallen->reason : "";
  if (base) remark += remark.empty() ? "the default" : "; the default";
  const auto& agreement = trial.agreement;
  const auto& accuracy = trial.accuracy;
  return {trial.point.id,
          label(found, trial.point),
          trial.point.model,
          trial.point.engine,
          trial.point.precision,
          trial.point.hint,
          trial.point.batch,
          trial.point.threads,
          trial.point.settings,
          trial.rung + 1,
          trial.runs,
          energy_of(trial),
          to_quantity(trial.latency, 1e3),
          to_quantity(trial.p99, 1e3),
          to_quantity(trial.throughput),
          trial.memory ? Cell(trial.memory->value / 1048576.0) : Cell(),
          agreement ? Cell(to_quantity(agreement->share, 100.0)) : Cell(),
          agreement ? Cell(agreement->error) : Cell(),
          accuracy ? Cell(to_quantity(accuracy->top1, 100.0)) : Cell(),
          accuracy ? Cell(to_quantity(accuracy->top5, 100.0)) : Cell(),
          std::string(record::to_string(trial.output_check.status)),
          chosen,
          remark};
}

Table empty_table() {
  using enum ColumnKind;
  Table table;
  table.columns = {{"point", ""},
                   {"", "candidate"},
                   {"model", ""},
                   {"engine", ""},
                   {"precision", ""},
                   {"hint", ""},
                   {"batch", "", number},
                   {"threads", "", number},
                   {"settings", ""},
                   {"rung", "", number},
                   {"runs", "runs", number, true},
                   {"energy_j_per_image", "J/image gross", energy},
                   {"latency_ms", "ms per batch", quantity},
                   {"p99_ms", "", quantity},
                   {"images_per_s", "images/s", quantity, true},
                   {"peak_memory_mib", "", number},
                   {"top1_agreement_percent", "", quantity},
                   {"output_error", "", number},
                   {"top1_percent", "", quantity},
                   {"top5_percent", "", quantity},
                   {"output_check", ""},
                   {"chosen", ""},
                   {"remark", "remarks"}};
  return table;
}

// People see those of the last rung that was reached.
Table finalists(const Optimisation& found) {
  Table table = empty_table();
  const auto show_where = [&](auto member, std::string_view column, const char* heading) {
    if (std::ranges::none_of(found.trials, [&](const Trial& trial) { return (trial.*member).has_value(); })) return;
    std::ranges::find(table.columns, column, &Column::name)->heading = heading;
  };
  show_where(&Trial::agreement, "top1_agreement_percent", "top-1 as f32 %");
  show_where(&Trial::accuracy, "top1_percent", "top-1 %");
  for (const Trial& trial : found.trials) {
    if (trial.rung == found.trials.front().rung) table.rows.push_back(row_of(found, trial));
  }
  return table;
}

Section fallen_section(const Optimisation& found) {
  Section section{.heading = "What fell"};
  Table table;
  table.columns = {{"", "candidate"}, {"", "rung", ColumnKind::number}, {"", "why"}};
  std::size_t hidden = 0;
  for (auto fallen = found.fallen.rbegin(); fallen != found.fallen.rend(); ++fallen) {
    const bool shown_above =
        !found.trials.empty() && fallen->rung == found.trials.front().rung &&
        std::ranges::any_of(found.trials, [&](const Trial& trial) { return trial.point.id == fallen->point.id; });
    if (shown_above) continue;
    if (table.rows.size() == kMostFallenShown) {
      ++hidden;
      continue;
    }
    table.rows.push_back(
        {label(found, fallen->point), fallen->rung < 0 ? Cell() : Cell(fallen->rung + 1), fallen->reason});
  }
  if (table.rows.empty()) return {};
  section.table = std::move(table);
  if (hidden > 0) section.remarks.push_back(fmt::format("And {} more: --format csv or json has all.", hidden));
  return section;
}

Section rungs_section(const Optimisation& found) {
  using enum ColumnKind;
  Section section{.heading = "Rungs"};
  Table table;
  table.columns = {
      {"", "rung", number}, {"", "candidates", number}, {"", "runs each", number}, {"", "window s", number}, {"", "J"},
      {"", "s", number},    {"", "stored as"}};
  for (const record::Rung& rung : found.rungs) {
    table.rows.push_back({rung.number + 1, rung.candidates, rung.repetitions, rung.window.value,
                          fmt::format("{}{}", mark_of(rung.spent.provenance), number_text(rung.spent.total().value)),
                          std::round(rung.spent.time.value), base::join(rung.experiments, ", ")});
  }
  if (found.verification) {
    const auto& spent = found.verifying;
    table.rows.push_back({std::string("default"), 2, found.verification->blocks, Cell(),
                          fmt::format("{}{}", mark_of(spent.provenance), number_text(spent.total().value)),
                          std::round(spent.time.value), found.verification->experiment.id});
  }
  section.table = std::move(table);
  return section;
}

std::vector<std::string> explanations(const Optimisation& found) {
  std::vector<std::string> out;
  const auto provenance = found.searching.provenance;
  if (provenance == record::Provenance::modelled) {
    out.emplace_back(
        "~ is modelled from the processor's load, not measured: the model does not know which instructions run, so "
        "what "
        "is cheapest is so by the model only.");
  }
  out.emplace_back(
      "Intervals of candidates are of the scatter alone, pooled over all of a rung; 95 % in the last rung, 99 % "
      "before.");
  if (!found.limits.empty()) {
    std::vector<std::string> limits;
    for (const record::Limit& limit : found.limits) limits.push_back(limit.text);
    out.push_back(fmt::format(
        "Limits: {}. A limit is kept where the whole interval keeps it: the upper end of a time, the lower end of a "
        "throughput. The time of a batch counts all batches in flight (throughput hint).",
        base::join(limits, ", ")));
  }
  for (const record::Warning& warning : found.warnings) out.push_back("Warning: " + warning.message + ".");
  return out;
}

}  // namespace

Table candidates_table(const Optimisation& found) {
  Table table = empty_table();
  for (const Trial& trial : found.trials) table.rows.push_back(row_of(found, trial));
  for (const Fallen& fallen : found.fallen) {
    const bool measured =
        std::ranges::any_of(found.trials, [&](const Trial& trial) { return trial.point.id == fallen.point.id; });
    if (measured) continue;
    Trial nothing{.point = fallen.point, .rung = fallen.rung};
    nothing.failure = "not measured";
    table.rows.push_back(row_of(found, nothing));
  }
  return table;
}

Page optimisation_page(const OptimisationReport& report) {
  const Optimisation& found = report.found;
  Page page{.title = "The cheapest configuration of " + found.model};
  Section lead;
  if (found.searching.provenance == record::Provenance::simulated) lead.lead = std::string(kSimulatedLine);
  lead.remarks = optimisation_sentences(report);
  page.sections.push_back(std::move(lead));
  if (!found.trials.empty()) {
    page.sections.push_back(
        {.heading = fmt::format("Candidates of rung {}", found.trials.front().rung + 1), .table = finalists(found)});
  }
  if (Section fallen = fallen_section(found); fallen.table) page.sections.push_back(std::move(fallen));
  if (!found.rungs.empty()) page.sections.push_back(rungs_section(found));
  page.sections.push_back({.heading = "How to read it", .remarks = explanations(found)});
  return page;
}

std::string optimisation_text(const OptimisationReport& report, Format format, const TextOptions& text) {
  switch (format) {
    case Format::table: return to_terminal(optimisation_page(report), text);
    case Format::markdown: return to_markdown(optimisation_page(report));
    case Format::json: return base::to_pretty_text(optimisation_json(report)) + '\n';
    case Format::jsonl: return to_json_lines(candidates_table(report.found));
    case Format::csv: return to_csv(candidates_table(report.found));
  }
  return {};
}

}  // namespace wattlens::report
