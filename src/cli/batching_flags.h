// The flags of `wattlens study batching`.
#pragma once

#include "cli/batching_command.h"

namespace CLI {
class App;
}

namespace wattlens::cli {

void add_batching(CLI::App& app, BatchingOptions& options);

}  // namespace wattlens::cli
