// A load that is a command of the user's: it is stopped and goes on as the load goes off and on.
#pragma once

#include <memory>
#include <string>

#include "base/cancel.h"
#include "base/clock.h"
#include "base/result.h"
#include "base/units.h"
#include "calibration/load.h"

namespace wattlens::cli {

// Runs `command` by /bin/sh in a process group of its own, waits `ready` for it to come to work, and stops it (SIGSTOP;
// SIGCONT for on). It is killed at the end. What a GPU was given before the stop is still worked off. ErrorKind::
// run_failed, with its last words, where it ends by itself; cancelled where the wait was interrupted.
Result<std::unique_ptr<calibration::Load>> make_command_load(const std::string& command, base::Seconds ready,
                                                             const base::Clock& clock,
                                                             const base::Cancellation& cancel);

}  // namespace wattlens::cli
