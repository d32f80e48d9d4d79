// Power and energy of boards, modules and whole machines from Linux's hwmon folders. docs/measurement.md tells what is
// trusted and why.
#pragma once

#include <memory>

#include "meter/meter.h"

namespace wattlens::meter {

// Channels as data/hwmon_sensors.json names them. A sensor that cannot be read is `missing`, with the reason.
Result<std::unique_ptr<Meter>> open_hwmon_meter(const MeterOptions& options);

}  // namespace wattlens::meter
