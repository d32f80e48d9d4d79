// Where the fake worker is, as an engine's location.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "worker/engine_location.h"

namespace wattlens::fake {

inline worker::EngineLocation location(std::vector<std::string> arguments = {}) {
  return {"fake", base::Path(WATTLENS_BINARY_DIR) / "fake_worker", std::move(arguments), {}};
}

}  // namespace wattlens::fake
