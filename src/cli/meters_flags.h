// The flags of `wattlens meters`.
#pragma once

#include "cli/meters_command.h"

namespace CLI {
class App;
}

namespace wattlens::cli {

struct MetersCommands {
  MetersListOptions list;
  MetersWatchOptions watch;
};

void add_meters(CLI::App& app, MetersCommands& all);

}  // namespace wattlens::cli
