// Manual pages in the man macros of roff. Pure function.
#pragma once

#include <string>
#include <string_view>

#include "cli/command_info.h"

namespace wattlens::cli {

// The page of one command ("wattlens-run(1)"), or of the program. `version` stands in its footer.
std::string man_page(const CommandInfo& command, std::string_view version);

}  // namespace wattlens::cli
