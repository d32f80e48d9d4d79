// The calibrations of this user's machine: where they are kept, and how they come to the channels that are opened.
#pragma once

#include <span>
#include <vector>

#include "base/file.h"
#include "base/result.h"
#include "meter/meter_set.h"
#include "record/channel.h"
#include "record/machine_state.h"

namespace wattlens::cli {

base::Path calibrations_file();  // base::user_data_folder()/calibrations.json

// What is kept takes the place of what was known; returns the remarks on what does not hold, or on a file that cannot
// be read, which stops no measurement.
std::vector<record::Warning> use_calibrations(const record::MachineState& machine, meter::MeterSet& meters);

}  // namespace wattlens::cli
