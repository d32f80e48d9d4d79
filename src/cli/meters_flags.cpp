#include "cli/meters_flags.h"

#include <CLI/CLI.hpp>

#include "cli/common_flags.h"
#include "cli/sensors_flags.h"

namespace wattlens::cli {
namespace {

void add_calibrate(CLI::App& meters, CalibrateOptions& options) {
  CLI::App& calibrate = *meters.add_subcommand(
      "calibrate", "Measures how sensors answer to a load (period, window, lag, blind time), and keeps it");
  calibrate.footer(
      "\nExamples:\n  wattlens meters calibrate\n  wattlens meters calibrate gpu.0 --load './gpu-burn 3600'\n"
      "  wattlens meters calibrate --forget");
  calibrate.add_option("channel", options.channels, "Channels (all that the load can move)")->type_name("CHANNEL");
  calibrate.add_option("--load", options.load, "A command that uses power until it is ended (the processor's threads)")
      ->type_name("CMD");
  calibrate.add_option("--load-ready", options.load_ready, "How long that takes to come to work (5s)")
      ->type_name("TIME");
  calibrate.add_option("--seed", options.seed, "Seed of the load's steps (1)")
      ->check(CLI::NonNegativeNumber)
      ->type_name("N");
  calibrate.add_flag("--forget", options.forget, "Remove what is kept, of these channels or of all");
  add_simulate(calibrate, options.simulate);
  add_output(calibrate, options.output, {report::Format::table, report::Format::json});
}

}  // namespace

void add_meters(CLI::App& app, MetersCommands& all) {
  CLI::App& meters = *app.add_subcommand("meters", "The power sensors of this machine: list, watch, calibrate");
  meters.require_subcommand(1);
  meters.footer("\nExamples:\n  wattlens meters list\n  wattlens meters watch --interval 0.5s");

  CLI::App& list = *meters.add_subcommand("list", "Every channel: where it is read, how often it moves, its error");
  list.footer("\nExample:\n  wattlens meters list --format json");
  add_simulate(list, all.list.simulate);
  add_root(list, all.list.root);
  add_output(list, all.list.output);

  CLI::App& watch = *meters.add_subcommand("watch", "The power of every channel, live");
  watch.footer(
      "\nExamples:\n  wattlens meters watch\n  wattlens meters watch --interval 10s --duration 1h --format csv -o "
      "day.csv");
  watch.add_option("--interval", all.watch.interval, "Time between two looks (1s)")->type_name("TIME");
  watch.add_option("--duration", all.watch.duration, "End after so long (until Ctrl-C)")->type_name("TIME");
  add_simulate(watch, all.watch.simulate);
  add_output(watch, all.watch.output, {report::Format::table, report::Format::csv, report::Format::jsonl});
  add_calibrate(meters, all.calibrate);
}

}  // namespace wattlens::cli
