// `wattlens wall`: a wall meter's record against a stored experiment.
#pragma once

#include <string>

#include "base/file.h"
#include "base/result.h"
#include "cli/exit_code.h"
#include "cli/output.h"
#include "wall/meter_trace.h"

namespace wattlens::cli {

struct WallOptions {
  base::Path meter;
  std::string experiment = "last";  // --experiment
  wall::MeterOptions reading;       // --input-format, --time-column, --power-column, --unit
  base::Path store;                 // --store; empty: the user's
  OutputOptions output;             // table, md or json
};

// Errors as in wall/reconciliation.h: nothing_measurable where the two cannot be aligned.
Result<ExitCode> wall_meter(const WallOptions& options);

}  // namespace wattlens::cli
