// `wattlens run --check-only`: the output check of every point, as a table; nothing is timed or stored.
#pragma once

#include <span>

#include "base/cancel.h"
#include "cli/exit_code.h"
#include "cli/output.h"
#include "experiment/residents.h"

namespace wattlens::cli {

// some_runs_failed where a check failed or could not be made, or the user interrupted.
Result<ExitCode> check_outputs(std::span<const record::PlanPoint> points,
                               const experiment::WorkloadFactory& make_workload, Output& output,
                               const base::Cancellation& cancellation);

}  // namespace wattlens::cli
