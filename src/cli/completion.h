// Scripts that let a shell complete commands, options and their values. Pure functions.
#pragma once

#include <string>

#include "cli/command_info.h"

namespace wattlens::cli {

std::string bash_completion(const CommandInfo& program);
std::string zsh_completion(const CommandInfo& program);

}  // namespace wattlens::cli
