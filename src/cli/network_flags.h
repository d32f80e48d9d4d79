// The flags of `wattlens network`.
#pragma once

#include "cli/network_command.h"

namespace CLI {
class App;
}

namespace wattlens::cli {

struct NetworkCommands {
  NetworkListOptions list;
  NetworkShowOptions show;
  NetworkExportOptions exporting;
};

void add_network(CLI::App& app, NetworkCommands& all);

}  // namespace wattlens::cli
