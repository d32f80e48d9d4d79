// What the user asked `wattlens compare` for, as written on the command line.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/file.h"
#include "cli/run_options.h"

namespace wattlens::cli {

struct CompareOptions {
  std::vector<std::string> experiments;     // one or two stored ones: the beginnings of their ids, or last
  std::vector<std::string> commands;        // after --
  RunOptions run;                           // plan points: its axes; and what both have: seed, window, store, output, …
  std::optional<std::int64_t> blocks;       // --blocks; empty: planned looks, with a baseline 10
  std::int64_t warm_ups = 1;                // --warm-ups, of commands
  std::string idle = "0s";                  // --idle, of commands
  std::string gpus = "visible";             // --gpus
  std::string limit = "2%";                 // --limit
  bool all_pairs = false;                   // --all-pairs
  std::optional<base::Path> baseline;       // --baseline
  std::optional<base::Path> save_baseline;  // --save-baseline
  std::optional<std::string> fail_above;    // --fail-above
  bool allow_modelled = false;              // --allow-modelled
  std::optional<base::Path> junit;          // --junit
  std::vector<int> ignored_signals;         // those that wattlens was told to ignore when it was started
};

}  // namespace wattlens::cli
