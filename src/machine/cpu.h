// What the kernel shows of the processors: identity, topology, frequency settings, temperature.
#pragma once

#include "base/file.h"
#include "record/machine_state.h"

namespace wattlens::machine {

// Everything of record::Cpu, from /proc/cpuinfo and /sys/devices/system/cpu below `root`. Thread-safe.
record::Cpu read_cpu(const base::Path& root);

// Logical processors that this process may run on: its affinity (/proc/self/status), and no more than its cgroups'
// CPU quotas allow, rounded up. Empty where the kernel shows no affinity.
std::optional<std::int64_t> read_usable_threads(const base::Path& root);

}  // namespace wattlens::machine
