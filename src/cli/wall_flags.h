// The flags of `wattlens wall`.
#pragma once

#include "cli/wall_command.h"

namespace CLI {  // NOLINT(readability-identifier-naming): not ours
class App;
}

namespace wattlens::cli {

void add_wall(CLI::App& app, WallOptions& options);

}  // namespace wattlens::cli
