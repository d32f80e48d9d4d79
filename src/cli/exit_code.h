// The exit codes of every command but `measure`; README.md lists them for users.
#pragma once

#include "base/result.h"

namespace wattlens::cli {

enum class ExitCode : int {
  done = 0,
  our_bug = 1,
  bad_usage = 2,  // a flag, a file, or a disk that cannot be used
  nothing_matched = 3,
  nothing_measurable = 4,
  some_runs_failed = 5,  // or were not made, because the user interrupted
  limit_broken = 6,
};

ExitCode exit_code(ErrorKind kind);

}  // namespace wattlens::cli
