// Names the process that fills an experiment, so that a later one can see whether it still lives.
#pragma once

#include <string>
#include <string_view>

#include "base/file.h"

namespace wattlens::store {

// "boot id/pid namespace/pid/start time" of the calling process, as far as /proc below `root` tells.
std::string this_process(const base::Path& root = "/");

// False only when that process certainly has ended: another boot, or no process of that number and start time. A
// process in another container cannot be seen and counts as alive.
bool may_be_alive(std::string_view writer, const base::Path& root = "/");

}  // namespace wattlens::store
