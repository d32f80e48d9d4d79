// The flags of `wattlens run`, and its axes, which other commands have too.
#pragma once

#include "cli/run_options.h"

namespace CLI {
class App;
}

namespace wattlens::cli {

// --model, --engine, ... --threads, without --batch
void add_model_axes(CLI::App& run, RunOptions& options);
// The same with --batch.
void add_axes(CLI::App& run, RunOptions& options);
void add_run(CLI::App& app, RunOptions& options);

}  // namespace wattlens::cli
