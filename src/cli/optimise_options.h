// What the user asked `wattlens optimise` for, as written on the command line.
#pragma once

#include <string>
#include <vector>

#include "cli/run_options.h"

namespace wattlens::cli {

struct OptimiseOptions {
  RunOptions run;                       // axes, budget, quick, seed, title, store, sensors, settings, output
  std::vector<std::string> limits;      // --limit
  std::vector<std::string> candidates;  // --candidate: model files beside the model
  bool resume = false;                  // go on with the last search of this model that was interrupted
};

}  // namespace wattlens::cli
