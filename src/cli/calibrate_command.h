// `wattlens meters calibrate`: measures how sensors answer to a load, and keeps it for this machine.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/cancel.h"
#include "base/file.h"
#include "base/result.h"
#include "cli/exit_code.h"
#include "cli/output.h"

namespace wattlens::cli {

struct CalibrateOptions {
  std::vector<std::string> channels;  // empty: all that the load can move
  std::string load;                   // a command; empty: the processor's threads
  std::string load_ready = "5s";      // how long that takes to come to work
  std::int64_t seed = 1;              // of the load's steps
  bool forget = false;                // remove what is kept, of these channels or of all
  base::Path simulate;                // a scenario, in simulated time: nothing is kept
  OutputOptions output;               // table or json
};

// Nothing is kept before all channels are done: an interruption changes nothing. Exit code 4 where no channel can be
// calibrated, or nothing of any was resolved.
Result<ExitCode> meters_calibrate(const CalibrateOptions& options, const base::Cancellation& cancel);

}  // namespace wattlens::cli
