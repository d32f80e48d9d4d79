// The flag that puts simulated sensors in the place of the machine's.
#pragma once

#include "base/file.h"

namespace CLI {
class App;
}

namespace wattlens::cli {

// --simulate
void add_simulate(CLI::App& command, base::Path& scenario);

// --root; after add_simulate, for it is one or the other
void add_root(CLI::App& command, base::Path& root);

}  // namespace wattlens::cli
