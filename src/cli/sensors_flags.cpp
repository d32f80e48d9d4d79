#include "cli/sensors_flags.h"

#include <CLI/CLI.hpp>

namespace wattlens::cli {

void add_simulate(CLI::App& command, base::Path& scenario) {
  command.add_option("--simulate", scenario, "Simulated sensors of a scenario, marked so; nothing is measured")
      ->type_name("SCENARIO.toml");
}

void add_root(CLI::App& command, base::Path& root) {
  command.add_option("--root", root, "A machine that `wattlens record` recorded, in place of this one")
      ->excludes("--simulate")
      ->type_name("FOLDER");
}

}  // namespace wattlens::cli
