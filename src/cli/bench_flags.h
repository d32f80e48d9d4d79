// The flags of what a bench (bench.h) is made of, which every command that measures plan points has.
#pragma once

#include "cli/run_options.h"

namespace CLI {
class App;
}

namespace wattlens::cli {

// --wait, --share-machine, settings, sensors, store, output.
void add_bench_flags(CLI::App& command, RunOptions& options);

}  // namespace wattlens::cli
