// Energy of NVIDIA's GPU boards from their own counters or, where those are missing or dead, from their power readings.
// docs/measurement.md tells what is trusted and why.
#pragma once

#include <memory>

#include "meter/meter.h"

namespace wattlens::meter {

// Channels "gpu.N" in NVML's order, one per board; those of a board's MIG slices, "gpu.N.slice.M", are always missing:
// only the whole board has a sensor. A board whose counter is read has "gpu.N.power" beside it, the same board's power,
// which checks the counter. There is none for another root than "/": the driver is the running machine's.
Result<std::unique_ptr<Meter>> open_nvml_meter(const MeterOptions& options);

}  // namespace wattlens::meter
