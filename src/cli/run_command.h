// `wattlens run`: measures every point of a plan.
#pragma once

#include "base/cancel.h"
#include "base/result.h"
#include "cli/exit_code.h"
#include "cli/run_options.h"

namespace wattlens::cli {

// The results go to the output that the options name, progress and what to do next to stderr. Fails where nothing was
// begun; otherwise the exit code says whether all went well.
Result<ExitCode> run(const RunOptions& options, const base::Cancellation& cancel);

}  // namespace wattlens::cli
