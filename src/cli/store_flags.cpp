#include "cli/store_flags.h"

#include <CLI/CLI.hpp>
#include <map>
#include <string>

#include "cli/common_flags.h"
#include "record/names.h"

namespace wattlens::cli {

void add_list(CLI::App& app, ListOptions& options) {
  CLI::App& list = *app.add_subcommand("list", "The experiments of the store, newest first");
  list.footer(
      "\nExamples:\n  wattlens list --model resnet50 --since 2026-11\n  wattlens list --runs --experiment last "
      "--format csv");
  list.add_flag("--runs", options.runs, "One line per run");
  list.add_option("--experiment", options.filter.experiment, "Of this one: the beginning of its id, or last")
      ->type_name("ID");
  list.add_option("--model", options.filter.model, "Of this model")->type_name("NAME");
  list.add_option("--since", options.filter.since, "Created then or later: 2026-11 or 2026-11-21T10")
      ->type_name("TIME");
  std::map<std::string, record::ExperimentStatus> statuses;
  for (const auto status : {record::ExperimentStatus::running, record::ExperimentStatus::done,
                            record::ExperimentStatus::interrupted, record::ExperimentStatus::failed}) {
    statuses.emplace(to_string(status), status);
  }
  list.add_option_function<std::string>(
          "--status", [&options, statuses](const std::string& name) { options.filter.status = statuses.at(name); },
          "running, done, interrupted or failed")
      ->check(CLI::IsMember(statuses))
      ->type_name("STATUS");
  list.add_option("--limit", options.filter.limit, "At most so many")->check(CLI::PositiveNumber)->type_name("N");
  add_store(list, options.store);
  add_output(list, options.output);
}

void add_show(CLI::App& app, ShowOptions& options) {
  CLI::App& show = *app.add_subcommand("show", "One experiment: machine, plan, idle power, points, warnings");
  show.footer("\nExamples:\n  wattlens show last\n  wattlens show last --plot energy.svg");
  show.add_option("experiment", options.experiment, "The beginning of an id, or last (last)")->type_name("ID");
  add_plot(show, options.plot);
  add_store(show, options.store);
  add_output(show, options.output);
}

CLI::App& add_export(CLI::App& app, ExportOptions& options) {
  CLI::App& command = *app.add_subcommand("export", "The data of one experiment, down to the raw samples");
  command.footer(
      "\nExamples:\n  wattlens export last -o results.csv\n  wattlens export last --part samples --format jsonl\n"
      "  wattlens export bundle last -o last.tar.zst");
  options.output.format = report::Format::csv;
  const std::map<std::string, ExportPart> parts = {
      {"points", ExportPart::points}, {"runs", ExportPart::runs}, {"samples", ExportPart::samples}};
  command.add_option("experiment", options.experiment, "The beginning of an id, or last (last)")->type_name("ID");
  command
      .add_option_function<std::string>(
          "--part", [&options, parts](const std::string& name) { options.part = parts.at(name); },
          "points, runs or samples (points)")
      ->check(CLI::IsMember(parts))
      ->type_name("PART");
  add_store(command, options.store);
  add_output(command, options.output);
  return command;
}

}  // namespace wattlens::cli
