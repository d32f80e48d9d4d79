// How much memory the cgroups of this process allow it: in a container less than the machine has.
#pragma once

#include <optional>

#include "base/file.h"
#include "base/units.h"

namespace wattlens::machine {

// The smallest limit of this process's cgroup and those above it, of version 2 (memory.max) and version 1
// (memory.limit_in_bytes), below `root`. Empty without a limit. Thread-safe.
std::optional<base::Bytes> read_memory_limit(const base::Path& root);

}  // namespace wattlens::machine
