// A load of this machine's processor: threads that do nothing but multiply and add.
#pragma once

#include <memory>

#include "calibration/load.h"

namespace wattlens::calibration {

// As many threads as are given, at a low priority, so that reading sensors is not held up. They sleep while it is off,
// and end with the load. ErrorKind::io where a thread cannot be started.
Result<std::unique_ptr<Load>> make_processor_load(int threads);

}  // namespace wattlens::calibration
