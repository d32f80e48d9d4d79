// The flags of `wattlens optimise`.
#pragma once

#include "base/result.h"
#include "cli/optimise_options.h"

namespace CLI {  // NOLINT(readability-identifier-naming): not ours
class App;
}

namespace wattlens::cli {

void add_optimise(CLI::App& app, OptimiseOptions& options);

}  // namespace wattlens::cli
