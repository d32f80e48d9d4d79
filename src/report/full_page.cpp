#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "record/names.h"
#include "report/experiment_report.h"
#include "report/experiment_tables.h"
#include "report/number_text.h"
#include "report/settings_text.h"
#include "report/simulated.h"

namespace wattlens::report {
namespace {

using base::Json;
using record::Experiment;
using record::ExperimentSummary;

std::string yes_or_no(const std::optional<bool>& value, const char* yes, const char* no) {
  return value ? (*value ? yes : no) : "not known";
}

Section about(const Experiment& experiment) {
  std::string status(record::to_string(experiment.status));
  if (experiment.status == record::ExperimentStatus::interrupted) {
    status += fmt::format(": it is incomplete; `wattlens run --resume {}` goes on with it", experiment.id);
  }
  std::vector<std::string> resumed;
  for (const record::Resumption& part : experiment.resumptions) {
    resumed.push_back(fmt::format("{} before run {}", part.resumed_at, part.first_run));
  }
  return {.lead = simulated(experiment) ? std::string(kSimulatedLine) : std::string(),
          .facts = {{"title", experiment.title},
                    {"status", status},
                    {"started", experiment.created_at},
                    {"resumed", base::join(resumed, ", ")},
                    {"finished", experiment.finished_at},
                    {"seed", fmt::format("{}", experiment.seed)}}};
}

Section machine(const record::MachineState& state) {
  const record::Cpu& cpu = state.cpu;
  const double gibibytes = state.memory / base::mebibytes(1024.0);
  return {
      .heading = "Machine",
      .facts = {{"name", state.host_label},
                {"processor", cpu.model_name},
                {"microarchitecture", cpu.microarchitecture},
                {"cores", fmt::format("{} socket{}, {} cores, {} threads; {} usable here", cpu.sockets,
                                      cpu.sockets == 1 ? "" : "s", cpu.cores, cpu.threads, cpu.usable_threads)},
                {"features", base::join(cpu.features, " ")},
                {"governor", cpu.governor.empty() ? "not shown by the kernel" : cpu.governor},
                {"turbo", yes_or_no(cpu.turbo, "on", "off")},
                {"SMT", yes_or_no(cpu.smt, "on", "off")},
                {"set by wattlens", settings_text(state.settings)},
                {"highest frequency", cpu.max_frequency ? number_text(cpu.max_frequency->value * 1e-9) + " GHz" : ""},
                {"temperature at start", cpu.temperature ? number_text(cpu.temperature->value) + " °C" : ""},
                {"memory", state.memory.value > 0 ? number_text(gibibytes) + " GiB" : ""},
                {"virtual machine", state.virtual_machine.empty() ? "no" : state.virtual_machine},
                {"container", state.container.empty() ? "no" : state.container},
                {"load average at start", state.load_average ? number_text(*state.load_average) : ""},
                {"system", fmt::format("{}, Linux {}", state.os, state.kernel)},
                {"wattlens", fmt::format("{} ({}), {}, {}", state.wattlens_version, state.git_revision,
                                         state.build_type, state.compiler)}}};
}

std::string scalar_text(const Json& value) {
  return value.is_string() ? value.get<std::string>() : base::to_text(value);
}

void add_plan(std::vector<Fact>& facts, const std::string& prefix, const Json& object) {
  for (const auto& [name, value] : object.items()) {
    if (prefix.empty() && name == "schema") continue;
    if (value.is_object()) {
      add_plan(facts, prefix + name + ".", value);
    } else if (value.is_array()) {
      std::vector<std::string> words;
      for (const auto& item : value) words.push_back(scalar_text(item));
      facts.push_back({prefix + name, base::join(words, ", ")});
    } else if (!value.is_null()) {
      facts.push_back({prefix + name, scalar_text(value)});
    }
  }
}

Section plan(const Experiment& experiment) {
  Section section{.heading = "Plan"};
  if (experiment.plan.is_object()) add_plan(section.facts, "", experiment.plan);
  return section;
}

Section sensors(const Experiment& experiment) {
  Table table;
  table.columns = {{"", "channel"}, {"", "provenance"}, {"", "method"}, {"", "covers, or why it is missing"}};
  for (const auto& channel : experiment.channels) {
    const bool missing = channel.provenance == record::Provenance::missing;
    std::string text = missing ? channel.reason : channel.scope;
    if (!channel.hint.empty()) text += text.empty() ? channel.hint : "; " + channel.hint;
    table.rows.push_back({channel.id, std::string(record::to_string(channel.provenance)), channel.method, text});
  }
  return {.heading = "Sensors", .table = std::move(table)};
}

Quantity power_of(std::span<const record::IdleBaseline> baselines, const std::string& channel) {
  const auto found = std::ranges::find(baselines, channel, &record::IdleBaseline::channel);
  if (found == baselines.end()) return {};
  return {.value = found->power.value,
          .interval = record::Interval<double>{found->interval.low.value, found->interval.high.value}};
}

// A row per channel, and one more per part of an experiment that was interrupted.
Section idle_power(const Experiment& experiment) {
  using enum ColumnKind;
  Table table;
  table.columns = {
      {"", "channel"}, {"", "W before", quantity}, {"", "W with models loaded", quantity}, {"", "W after", quantity}};
  const auto add_part = [&](const auto& part, std::string_view suffix) {
    std::vector<std::string> channels;
    for (const auto* list : {&part.idle_before, &part.idle_loaded, &part.idle_after}) {
      for (const auto& idle : *list) {
        if (std::ranges::find(channels, idle.channel) == channels.end()) channels.push_back(idle.channel);
      }
    }
    for (const std::string& channel : channels) {
      table.rows.push_back({fmt::format("{}{}", channel, suffix), power_of(part.idle_before, channel),
                            power_of(part.idle_loaded, channel), power_of(part.idle_after, channel)});
    }
  };
  add_part(experiment, "");
  for (const record::Resumption& part : experiment.resumptions) {
    add_part(part, fmt::format(", from run {}", part.first_run));
  }
  return {.heading = "Idle power", .table = std::move(table)};
}

bool several_engines(const ExperimentSummary& summary) {
  return std::ranges::any_of(summary.points, [&](const record::PointSummary& point) {
    return point.point.engine != summary.points.front().point.engine;
  });
}

Section models(const ExperimentSummary& summary) {
  using enum ColumnKind;
  Table table;
  table.columns = {{"", "model"},
                   {"", several_engines(summary) ? "engine" : ""},
                   {"", "batch", number},
                   {"", "runs as"},
                   {"", "threads", number, true},
                   {"", "MiB", number, true},
                   {"", "output check, error"}};
  for (const auto& point : summary.points) {
    const auto& info = point.workload;
    if (info.engine_version.empty() && point.output_check.status == record::CheckStatus::not_run) continue;
    std::string check(record::to_string(point.output_check.status));
    if (point.output_check.error) {
      check += fmt::format(", {:.2g}", *point.output_check.error);
      if (point.output_check.tolerance) check += fmt::format(" of {:.2g}", *point.output_check.tolerance);
    }
    table.rows.push_back({point.point.model, point.point.engine, point.point.batch, info.execution_precision,
                          info.threads, info.peak_memory ? Cell(*info.peak_memory / base::mebibytes(1.0)) : Cell(),
                          check});
  }
  return {.heading = "Models as they ran", .table = std::move(table)};
}

const record::Phase* phase_named(const record::PointSummary& point, std::string_view name) {
  const auto found = std::ranges::find(point.preparation, name, &record::Phase::name);
  return found == point.preparation.end() ? nullptr : &*found;
}

// The steps of the first preparation, which no interval can be given for: it happens once.
Section preparation(const ExperimentSummary& summary) {
  using enum ColumnKind;
  Table table;
  table.columns = {{"", "batch", number},           {"", "runs as"},         {"", "s start-up", number},
                   {"", "s compile", number},       {"", "s first", number}, {"", "s ready", number},
                   {"", "J compile", energy, true}, {"", "J ready", energy}};
  const auto seconds_cell = [](const record::Phase* phase) { return phase ? Cell(phase->duration().value) : Cell(); };
  const auto joules_cell = [](const record::Phase* phase) {
    return phase ? Cell(to_quantity(phase->gross, phase->complete)) : Cell();
  };
  for (const auto& point : summary.points) {
    const auto* compile = phase_named(point, "compile");
    const auto* ready = phase_named(point, "ready");
    if (!ready) continue;
    begin_group(table, group_name(summary, point.point));
    table.rows.push_back({point.point.batch, point.workload.execution_precision,
                          seconds_cell(phase_named(point, "start-up")), seconds_cell(compile),
                          seconds_cell(phase_named(point, "first inference")), seconds_cell(ready),
                          joules_cell(compile), joules_cell(ready)});
  }
  return {.heading = "Making the models ready",
          .table = std::move(table),
          .remarks = {"Ready: from the start of the worker's process to the end of its first inference. Energies are "
                      "gross."}};
}

Section conditions(const ExperimentSummary& summary) {
  Section section{.heading = "Engines and conditions"};
  const auto add = [&](const std::string& line) {
    if (!line.empty() && std::ranges::find(section.remarks, line) == section.remarks.end()) {
      section.remarks.push_back(line);
    }
  };
  for (const auto& point : summary.points) {
    const auto& info = point.workload;
    if (info.engine_version.empty()) continue;
    add(fmt::format("{} {} on {}", point.point.engine, info.engine_version,
                    info.device_name.empty() ? point.point.device : info.device_name));
    for (const std::string& condition : info.conditions) add(condition);
  }
  return section;
}

Section warnings(const Experiment& experiment) {
  Section section{.heading = "Warnings"};
  for (const auto& warning : experiment.warnings) {
    section.remarks.push_back(fmt::format("{}{}{}: {}{}{}", warning.code, warning.channel.empty() ? "" : " on ",
                                          warning.channel, warning.message, warning.hint.empty() ? "" : "; ",
                                          warning.hint));
  }
  return section;
}

bool has_content(const Section& section) {
  return !section.facts.empty() || (section.table && !section.table->rows.empty()) || !section.remarks.empty() ||
         !section.lead.empty();
}

}  // namespace

Page full_page(const ExperimentSummary& summary) {
  const Experiment& experiment = summary.experiment;
  Page page{.title = fmt::format("Experiment {}", experiment.id)};
  const auto add = [&](Section section) {
    if (has_content(section)) page.sections.push_back(std::move(section));
  };
  add(about(experiment));
  Page results = results_page(summary);
  // The first line of all says it already.
  if (simulated(experiment)) results.sections.erase(results.sections.begin());
  results.sections.front().heading = "Results";
  for (Section& section : results.sections) add(std::move(section));
  add({.heading = "Repetitions", .table = repetitions_table(summary)});
  add(warnings(experiment));
  add(machine(experiment.machine));
  add(sensors(experiment));
  add(idle_power(experiment));
  add(models(summary));
  if (Section section = preparation(summary); !section.table->rows.empty()) add(std::move(section));
  add(conditions(summary));
  add(plan(experiment));
  return page;
}

}  // namespace wattlens::report
