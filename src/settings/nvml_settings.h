// The settings of NVIDIA boards: power limit and locked clock of the graphics processor.
//
// Source: NVML API Reference Guide, "Device Commands": both need root; both end with the driver or the machine. A lock
// of the clock cannot be read back, so it is taken away in the end, whoever had set one before.
#pragma once

#include <memory>
#include <vector>

#include "meter/nvml_library.h"
#include "settings/setting.h"

namespace wattlens::settings {

// "gpu.N.power_limit" and "gpu.N.clock" of each board that has them, numbered as NVML does; ids of places hold the
// board's UUID. Places keep the library.
std::vector<Setting> nvml_settings(const std::shared_ptr<meter::NvmlLibrary>& library);

}  // namespace wattlens::settings
