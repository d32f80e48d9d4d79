#include "cli/measure_flags.h"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <string_view>

#include "cli/common_flags.h"
#include "cli/sensors_flags.h"
#include "cli/settings_flags.h"

namespace wattlens::cli {

SplitArguments split_arguments(int argc, const char* const* argv) {
  SplitArguments split;
  const std::string_view word = argc > 1 ? argv[1] : "";
  const bool takes_command = word == "measure" || word == "compare";
  bool after = false;
  for (int i = 0; i < argc; ++i) {
    if (after) {
      split.command.emplace_back(argv[i]);
    } else if (takes_command && std::string_view(argv[i]) == "--") {
      after = true;
    } else {
      split.ours.push_back(argv[i]);
    }
  }
  return split;
}

void add_measure(CLI::App& app, MeasureOptions& options, std::vector<std::string>& stray) {
  options.text = text_options(STDERR_FILENO);
  CLI::App& measure = *app.add_subcommand("measure", "The energy of any command, which runs as without wattlens");
  measure.footer(R"(
Its streams, signals and exit status are the command's own (127 not found, 126 not executable, 128 + n for signal n);
the result goes to standard error. Ctrl-C goes to the command; twice within 2 s ends it.
Examples:
  wattlens measure -- python train.py --epochs 3
  wattlens measure --json train.json --carbon DEU --pue 1.2 -- python train.py
  wattlens measure --repeat 5 --idle 1s -- ./benchmark
  wattlens measure -- sh -c 'convert big.png small.jpg && rm big.png')");
  measure.add_option("command", stray, "The command and its arguments, after --")->type_name("-- COMMAND ...");
  measure.add_option("--json", options.json, "Write the result to FILE (schema wattlens.measure/1)")->type_name("FILE");
  measure.add_option("--repeat", options.repeat, "Run it so many times; mean with interval (1)")
      ->check(CLI::Range(1, 10000))
      ->type_name("N");
  measure.add_flag("--interval", options.interval, "A line per second on standard error while it runs");
  measure
      .add_option("--max-uncertainty", options.max_uncertainty,
                  "Relative half-width above which an energy counts as not resolvable (5%)")
      ->type_name("SHARE");
  measure.add_option("--idle", options.idle, "Look at idle power so long before and after (as short as sensors allow)")
      ->type_name("TIME");
  measure.add_flag("--require-energy", options.require_energy, "Exit 4 where no energy can be had");
  measure.add_option("--gpus", options.gpus, "visible (by CUDA_VISIBLE_DEVICES), all, or numbers: 0,2-3 (visible)")
      ->type_name("GPUS");
  measure
      .add_option_function<std::string>(
          "--attribute", [&options](const std::string&) { options.attribute = true; },
          "Also the command's share of the energy above idle, modelled by cpu-time")
      ->check(CLI::IsMember(std::vector<std::string>{"cpu-time"}))
      ->type_name("METHOD");
  add_setting_flags(measure, options.settings);
  add_simulate(measure, options.simulate);
  measure.add_option("--carbon", options.carbon, "Emissions: a country (DEU, Germany) or g CO2e per kWh")
      ->type_name("ZONE");
  measure.add_option("--pue", options.pue, "Energy of the site over that of its machines, for emissions (1)")
      ->type_name("FACTOR");
}

Result<void> check_measure(const MeasureOptions& options, std::span<const std::string> stray) {
  if (!stray.empty()) {
    return fail(ErrorKind::usage, fmt::format("'{}' stands before --", stray.front()),
                fmt::format("put -- before the command: wattlens measure -- {} ...", stray.front()));
  }
  if (options.command.empty()) {
    return fail(ErrorKind::usage, "there is no command to measure", "wattlens measure -- COMMAND [ARGUMENT ...]");
  }
  return {};
}

}  // namespace wattlens::cli
