#include "cli/bench_flags.h"

#include <CLI/CLI.hpp>

#include "cli/common_flags.h"
#include "cli/sensors_flags.h"
#include "cli/settings_flags.h"

namespace wattlens::cli {

void add_bench_flags(CLI::App& command, RunOptions& options) {
  CLI::Option* wait = command.add_flag("--wait", options.wait, "Wait while another wattlens measures on this machine");
  command.add_flag("--share-machine", options.share_machine, "Measure beside it; with a warning in every run")
      ->excludes(wait);
  add_setting_flags(command, options.settings);
  add_simulate(command, options.simulate);
  add_store(command, options.store);
  add_output(command, options.output);
}

}  // namespace wattlens::cli
