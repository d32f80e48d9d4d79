// The flags of `wattlens run`.
#pragma once

#include "cli/run_options.h"

namespace CLI {
class App;
}

namespace wattlens::cli {

void add_run(CLI::App& app, RunOptions& options);

}  // namespace wattlens::cli
