// The flags of `wattlens measure`.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "cli/measure_command.h"

namespace CLI {  // NOLINT(readability-identifier-naming): not ours
class App;
}

namespace wattlens::cli {

// What was written before and after the first "--" of `wattlens measure` and `compare`: nothing after it is ours to
// read.
struct SplitArguments {
  std::vector<const char*> ours;  // all of them where the command is another one
  std::vector<std::string> command;
};
SplitArguments split_arguments(int argc, const char* const* argv);

// `stray` takes words that stand before "--".
void add_measure(CLI::App& app, MeasureOptions& options, std::vector<std::string>& stray);

// Whether there is a command, after "--".
Result<void> check_measure(const MeasureOptions& options, std::span<const std::string> stray);

}  // namespace wattlens::cli
