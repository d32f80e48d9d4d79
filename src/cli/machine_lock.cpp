#include "cli/machine_lock.h"

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>

namespace wattlens::cli {
namespace {

constexpr base::Seconds kPause{0.5};

}  // namespace

base::Path measuring_lock_file() {
  const char* given = std::getenv("WATTLENS_LOCK");
  return given && *given ? base::Path(given) : machine::MeasuringLock::default_file();
}

Result<MachineLock> lock_machine(const RunOptions& options, std::string_view what, base::Clock& clock,
                                 const base::Cancellation& cancel) {
  bool said = false;
  while (true) {
    auto lock = machine::MeasuringLock::take(measuring_lock_file(), what);
    if (lock) return MachineLock{.held = std::move(*lock), .warnings = {}};
    const Error& error = lock.error();
    if (error.kind != ErrorKind::not_measurable) {
      return MachineLock{.held = {}, .warnings = {{"machine_not_locked", "", error.message, error.hint}}};
    }
    if (options.share_machine) {
      return MachineLock{.held = {},
                         .warnings = {{"shared_machine", "", error.message, "measure this point again alone"}}};
    }
    if (!options.wait) return std::unexpected(error);
    if (!said) fmt::print(stderr, "Waiting: {}\n", error.message);
    said = true;
    if (cancel.sleep_until(clock, clock.now() + kPause)) {
      return fail(ErrorKind::cancelled, "interrupted while waiting for another measurement");
    }
  }
}

}  // namespace wattlens::cli
