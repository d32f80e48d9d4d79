// Where the engines' workers are: build/engines.json, written by the build.
#pragma once

#include <string>
#include <vector>

#include "base/file.h"
#include "base/result.h"

namespace wattlens::worker {

inline constexpr std::string_view kEnginesSchema = "wattlens.engines/1";

struct EngineLocation {
  std::string name;                    // "openvino"
  base::Path executable;               // of the worker
  std::vector<std::string> arguments;  // before those of the protocol; for workers in an interpreted language
  base::Path library_path;             // LD_LIBRARY_PATH of the worker; empty: only its rpath
};

// {"schema": "wattlens.engines/1", "engines": [{"name", "worker", "arguments", "library_path"}]}; the last two may be
// absent. Relative paths start at the file's folder. Thread-safe. Fails with usage for a missing or broken file.
Result<std::vector<EngineLocation>> read_engine_locations(const base::Path& file);

}  // namespace wattlens::worker
