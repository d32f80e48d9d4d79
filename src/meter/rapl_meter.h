// Energy of processor packages and memory from Intel's and AMD's RAPL counters, through Linux powercap.
// docs/measurement.md tells what is trusted and why.
#pragma once

#include <memory>

#include "meter/meter.h"

namespace wattlens::meter {

// Channels "cpu.package.N", "cpu.cores.N", "cpu.uncore.N", "cpu.dram.N" and "psys.N"; each energy once, whatever number
// of zones shows it. A zone that cannot be read is a channel that is `missing`, with the command that mends it.
Result<std::unique_ptr<Meter>> open_rapl_meter(const MeterOptions& options);

}  // namespace wattlens::meter
