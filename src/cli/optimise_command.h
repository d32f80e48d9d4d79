// `wattlens optimise`: the cheapest configuration of a model within limits, found with few joules and then verified.
#pragma once

#include "base/cancel.h"
#include "base/result.h"
#include "cli/exit_code.h"
#include "cli/optimise_options.h"

namespace wattlens::cli {

// nothing_matched where no candidate keeps the limits; some_runs_failed where it was interrupted.
Result<ExitCode> optimise(const OptimiseOptions& options, const base::Cancellation& cancel);

}  // namespace wattlens::cli
