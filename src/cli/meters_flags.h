// The flags of `wattlens meters`.
#pragma once

#include "cli/calibrate_command.h"
#include "cli/meters_command.h"

namespace CLI {
class App;
}

namespace wattlens::cli {

struct MetersCommands {
  MetersListOptions list;
  MetersWatchOptions watch;
  CalibrateOptions calibrate;
};

void add_meters(CLI::App& app, MetersCommands& all);

}  // namespace wattlens::cli
