// `wattlens network show FILE`: what any model costs, as an engine reads it.
#pragma once

#include "base/cancel.h"
#include "base/result.h"
#include "cli/network_command.h"
#include "cli/output.h"

namespace wattlens::cli {

// Asks the first engine that can read the file for its operators at batch 1. Fails with usage where none can, naming
// what is wrong with the file.
Result<void> model_file_show(const NetworkShowOptions& options, const base::Cancellation& cancel, Output& output);

}  // namespace wattlens::cli
