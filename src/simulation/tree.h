// A scenario as files: /sys/class/powercap of a machine at one time, for programs that read them below another root.
#pragma once

#include "base/file.h"
#include "base/result.h"
#include "simulation/scenario.h"

namespace wattlens::simulation {

// Writes the zones of all counters called cpu.* and psys.N below `folder`/sys/class/powercap, in the layout of
// Documentation/power/powercap/powercap.rst. Files are rewritten in place, as the kernel changes them: a reader that
// holds one open sees the new text. A read that fails is an empty file, one that may not be read has mode 0, and a
// device that is gone from the start has no folder. Fails with io, or with usage where cores, uncore or memory have no
// package.
Result<void> write_tree(const Scenario& scenario, Seconds time, const base::Path& folder);

}  // namespace wattlens::simulation
