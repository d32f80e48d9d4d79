// `wattlens compare`: whether one of several things needs less energy, from repetitions measured side by side, from
// stored experiments, or against a baseline; and the gate of a build.
#pragma once

#include "base/cancel.h"
#include "base/result.h"
#include "cli/compare_options.h"
#include "cli/exit_code.h"

namespace wattlens::cli {

// 6 where --fail-above is broken, 5 where runs failed or the user interrupted, 4 where no energy could be compared.
// Errors: usage (flags, files, a baseline of another machine), not_found, not_measurable (a gate on modelled energies).
Result<ExitCode> compare(const CompareOptions& options, const base::Cancellation& cancel);

}  // namespace wattlens::cli
