// The sensors that a command reads: those of this machine or, with --simulate, those of a scenario.
#pragma once

#include <optional>
#include <vector>

#include "base/clock.h"
#include "base/file.h"
#include "base/result.h"
#include "meter/meter_set.h"
#include "record/channel.h"
#include "record/machine_state.h"
#include "simulation/scenario.h"
#include "simulation/simulated_meter.h"

namespace wattlens::cli {

struct Sensors {
  meter::MeterSet meters;
  std::vector<record::Warning> warnings;  // for every result: "simulated", or a calibration that does not hold
  base::Path root = "/";                  // of the machine whose they are
};

// What --simulate names; nothing where `file` is empty. Fails with usage where it cannot be used: a command asks before
// it looks for anything else, takes the machine or writes.
Result<std::optional<simulation::Scenario>> read_simulated(const base::Path& file);

// Without a scenario the machine's own. The clock outlives them. `images` tells simulated sensors of the work.
Sensors open_sensors(std::optional<simulation::Scenario> scenario, base::Clock& clock,
                     const record::MachineState& machine, simulation::ImagesDone images = {});

// Those of a machine whose files lie below `root`, with the warning that they are not this machine's.
Sensors open_sensors_below(const base::Path& root, base::Clock& clock, const record::MachineState& machine);

}  // namespace wattlens::cli
