// Reads the commands and options that were declared to CLI11 back as plain data.
#pragma once

#include <string>

#include "cli/command_info.h"

namespace CLI {  // NOLINT(readability-identifier-naming): not ours
class App;
}

namespace wattlens::cli {

// `path` is how the command is called: "wattlens network". Reads the list of engines for the values of --engine.
CommandInfo describe(const CLI::App& app, const std::string& path);

}  // namespace wattlens::cli
