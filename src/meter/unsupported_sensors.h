// Names what could tell energy on a machine and is not read by wattlens, so that nothing is silently absent.
// Thread-safe.
#pragma once

#include <vector>

#include "base/file.h"
#include "meter/meter_set.h"

namespace wattlens::meter {

// Management controllers (IPMI), Apple's processors, Windows below Linux (WSL), and hwmon sensors of power or energy
// that data/hwmon_sensors.json does not list. Empty where there is none of them.
std::vector<AbsentMeter> unsupported_sensors(const base::Path& root);

}  // namespace wattlens::meter
