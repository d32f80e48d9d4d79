// Where the fake worker is, beside the test program, as an engine's location.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "worker/engine_location.h"

namespace wattlens::fake {

inline worker::EngineLocation location(std::vector<std::string> arguments = {}) {
  const auto executable = std::filesystem::read_symlink("/proc/self/exe").parent_path() / "fake_worker";
  return {"fake", executable, std::move(arguments), {}};
}

}  // namespace wattlens::fake
