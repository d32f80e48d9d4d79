// Keeps two measurements on one machine apart, as the flags of `wattlens run` ask for.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "base/cancel.h"
#include "base/clock.h"
#include "base/result.h"
#include "cli/run_options.h"
#include "machine/measuring_lock.h"
#include "record/channel.h"

namespace wattlens::cli {

struct MachineLock {
  std::optional<machine::MeasuringLock> held;
  std::vector<record::Warning> warnings;  // for every run, where it is not held
};

// WATTLENS_LOCK, else that of the whole machine.
base::Path measuring_lock_file();

// `what` tells others what is measured. Another measurement is an error, is waited for (--wait), or is let go on beside
// this one (--share-machine). Where there can be no lock file,
// the warnings say so.
Result<MachineLock> lock_machine(const RunOptions& options, std::string_view what, base::Clock& clock,
                                 const base::Cancellation& cancel);

}  // namespace wattlens::cli
