// A plan as a TOML file. docs/plans.md describes the keys.
//
// Errors are of kind usage and give file, line and column. Pure and thread-safe.
#pragma once

#include <string_view>

#include "base/file.h"
#include "experiment/plan.h"

namespace wattlens::experiment {

// `name` stands for the text in errors. The plan is not checked further than its keys and values.
Result<Plan> parse_plan(std::string_view text, std::string_view name);
Result<Plan> read_plan(const base::Path& path);

}  // namespace wattlens::experiment
