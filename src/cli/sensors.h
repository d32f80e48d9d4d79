// The sensors that a command reads: those of this machine or, with --simulate, those of a scenario.
#pragma once

#include <vector>

#include "base/clock.h"
#include "base/file.h"
#include "base/result.h"
#include "meter/meter_set.h"
#include "record/channel.h"
#include "record/machine_state.h"

namespace wattlens::cli {

struct Sensors {
  meter::MeterSet meters;
  std::vector<record::Warning> warnings;  // "simulated", which goes into every result; else none
};

// An empty `scenario` means the machine's own. Fails with usage where the file cannot be used. The clock outlives them.
Result<Sensors> open_sensors(const base::Path& scenario, base::Clock& clock, const record::MachineState& machine);

}  // namespace wattlens::cli
