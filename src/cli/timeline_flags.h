// The flags of `wattlens study timeline`.
#pragma once

#include "cli/timeline_command.h"

namespace CLI {
class App;
}

namespace wattlens::cli {

// `study` is the command above it.
void add_timeline(CLI::App& study, TimelineOptions& options);

}  // namespace wattlens::cli
