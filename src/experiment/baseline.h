// Baseline files: one experiment with its runs, without samples, to compare with later on the same machine
// (docs/compare.md, schema wattlens.baseline/1). Thread-safe.
#pragma once

#include <string>
#include <string_view>

#include "base/file.h"
#include "base/result.h"
#include "experiment/comparison.h"

namespace wattlens::experiment {

inline constexpr std::string_view kBaselineSchema = "wattlens.baseline/1";

// Fails with usage where the file is no baseline, or of a version that is not known.
Result<Recorded> read_baseline(const base::Path& path);

// The same of its text; `name` stands for the file in errors.
Result<Recorded> baseline_from_text(std::string_view text, const std::string& name);

std::string baseline_text(const Recorded& recorded);

}  // namespace wattlens::experiment
