// The engines that this installation has, and what their workers say of themselves.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/cancel.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/result.h"
#include "worker/engine_location.h"
#include "worker/messages.h"

namespace wattlens::cli {

// From WATTLENS_ENGINE_PATH (a file, or a folder with engines.json) where it is set; else engines.json beside the
// program or one folder above. An absent list is an empty one.
Result<std::vector<worker::EngineLocation>> find_engines();

// The engine of that name; else an error that tells those that there are (usage), or how to get one (not_measurable).
Result<worker::EngineLocation> engine_named(std::span<const worker::EngineLocation> engines, std::string_view name);

// Starts the engine's worker, asks for its hello, and ends it.
Result<worker::Hello> ask_engine(const worker::EngineLocation& engine, const base::Clock& clock,
                                 const base::Cancellation& cancel);

}  // namespace wattlens::cli
