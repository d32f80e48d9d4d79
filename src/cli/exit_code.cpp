#include "cli/exit_code.h"

namespace wattlens::cli {

ExitCode exit_code(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::internal: return ExitCode::our_bug;
    case ErrorKind::usage:
    case ErrorKind::io: return ExitCode::bad_usage;
    case ErrorKind::not_found: return ExitCode::nothing_matched;
    case ErrorKind::not_measurable: return ExitCode::nothing_measurable;
    case ErrorKind::run_failed:
    case ErrorKind::cancelled: return ExitCode::some_runs_failed;
  }
  return ExitCode::our_bug;
}

}  // namespace wattlens::cli
