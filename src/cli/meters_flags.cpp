#include "cli/meters_flags.h"

#include <CLI/CLI.hpp>

#include "cli/common_flags.h"
#include "cli/sensors_flags.h"

namespace wattlens::cli {

void add_meters(CLI::App& app, MetersCommands& all) {
  CLI::App& meters = *app.add_subcommand("meters", "The power sensors of this machine: list, watch");
  meters.require_subcommand(1);
  meters.footer("\nExamples:\n  wattlens meters list\n  wattlens meters watch --interval 0.5s");

  CLI::App& list = *meters.add_subcommand("list", "Every channel: where it is read, how often it moves, its error");
  list.footer("\nExample:\n  wattlens meters list --format json");
  add_simulate(list, all.list.simulate);
  add_output(list, all.list.output);

  CLI::App& watch = *meters.add_subcommand("watch", "The power of every channel, live");
  watch.footer(
      "\nExamples:\n  wattlens meters watch\n  wattlens meters watch --interval 10s --duration 1h --format csv -o "
      "day.csv");
  watch.add_option("--interval", all.watch.interval, "Time between two looks (1s)")->type_name("TIME");
  watch.add_option("--duration", all.watch.duration, "End after so long (until Ctrl-C)")->type_name("TIME");
  add_simulate(watch, all.watch.simulate);
  add_output(watch, all.watch.output, {report::Format::table, report::Format::csv, report::Format::jsonl});
}

}  // namespace wattlens::cli
