// The settings that Linux offers as files: frequency policies, turbo, and RAPL power limits.
//
// Sources: Documentation/admin-guide/pm/cpufreq.rst and intel_pstate.rst (scaling_governor, scaling_min_freq and
// _max_freq in kHz, energy_performance_preference, boost, no_turbo), Documentation/power/powercap/powercap.rst
// (constraint_N_power_limit_uw, constraint_N_max_power_uw) of the Linux kernel.
#pragma once

#include <vector>

#include "base/file.h"
#include "settings/setting.h"

namespace wattlens::settings {

// Those below `root` ("/" for this machine; a simulated tree in tests), by name; ids of places are their paths below
// it. What the machine does not have is left out.
std::vector<Setting> sysfs_settings(const base::Path& root);

}  // namespace wattlens::settings
