// The flags of `wattlens study …`.
#pragma once

#include "cli/batching_command.h"
#include "cli/timeline_command.h"

namespace CLI {
class App;
}

namespace wattlens::cli {

struct StudyCommands {
  BatchingOptions batching;
  TimelineOptions timeline;
};

void add_study(CLI::App& app, StudyCommands& studies);

}  // namespace wattlens::cli
