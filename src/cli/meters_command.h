// `wattlens meters`: the channels of this machine as a list, and live.
#pragma once

#include <string>

#include "base/cancel.h"
#include "base/file.h"
#include "base/result.h"
#include "cli/exit_code.h"
#include "cli/output.h"

namespace wattlens::cli {

struct MetersListOptions {
  base::Path simulate;  // a scenario; empty: this machine's sensors
  base::Path root;      // of a recorded machine; empty: this one
  OutputOptions output;
};

struct MetersWatchOptions {
  base::Path simulate;          // as above
  OutputOptions output;         // table, csv or jsonl
  std::string interval = "1s";  // between two looks
  std::string duration;         // empty: until it is interrupted
};

// Looks for two seconds. Exit code 4 where no channel gives a number.
Result<ExitCode> meters_list(const MetersListOptions& options, const base::Cancellation& cancel);

// On a terminal the view is drawn again at each look; elsewhere it is written after each one. A look in which no sensor
// moved enough goes on in the next one.
Result<ExitCode> meters_watch(const MetersWatchOptions& options, const base::Cancellation& cancel);

}  // namespace wattlens::cli
