// The settings of the machine that wattlens changed for a measurement, as one line. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "record/machine_state.h"

namespace wattlens::report {

// "cpu.governor performance (was powersave), gpu.0.clock 1410MHz (not read back)"; empty where none was changed.
std::string settings_text(const std::optional<std::vector<record::ChangedSetting>>& settings);

}  // namespace wattlens::report
