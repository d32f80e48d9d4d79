// `wattlens study batching --slo`: what batches cost is measured once, policies are simulated, the cheapest one that
// keeps the limits is measured.
#pragma once

#include "base/cancel.h"
#include "base/result.h"
#include "cli/batching_command.h"
#include "cli/exit_code.h"

namespace wattlens::cli {

// Exit code nothing_matched where no policy keeps the limits: the closest one is shown, and the limit that it breaks.
Result<ExitCode> search_policy(const BatchingOptions& options, const base::Cancellation& cancel);

}  // namespace wattlens::cli
