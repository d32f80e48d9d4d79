// Reads a scenario from a TOML file (docs/simulate.md). Thread-safe.
#pragma once

#include <string_view>

#include "base/file.h"
#include "base/result.h"
#include "simulation/scenario.h"

namespace wattlens::simulation {

// `name` is that of the file, for errors. Errors are of kind usage and name the line; an unknown key is refused, with
// the nearest known one. What is returned is consistent: names are known, lengths and bounds are sane.
Result<Scenario> parse_scenario(std::string_view text, std::string_view name);
Result<Scenario> read_scenario(const base::Path& path);

}  // namespace wattlens::simulation
