// What every engine asks of the options of a session before it looks at the model. Thread-safe.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "engine/engine.h"

namespace wattlens::engine {

// Processors that this process may run on.
std::int64_t usable_threads();

// Fails with usage for an unknown hint, an impossible batch or image size and more threads than there are; with
// run_failed where the images alone could not lie in any memory.
Result<void> check_options(const SessionOptions& options);

// Fails with not_measurable where the device would run another precision instead of `precision`.
Result<void> check_native(const DeviceInfo& device, const std::string& precision);

}  // namespace wattlens::engine
