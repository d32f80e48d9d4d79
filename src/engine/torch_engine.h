// The LibTorch engine: built-in networks, TorchScript files and compiled packages (.pt2) on the processor.
//
// It sets LibTorch's number of threads and flush-to-zero for the whole process: one engine per process. Not
// thread-safe, as engine.h says.
#pragma once

#include <memory>
#include <string>

#include "engine/engine.h"

namespace wattlens::engine {

struct TorchOptions {
  std::string allocator = "glibc, default settings";  // what the process set up; a recorded condition
};

// Fails with not_measurable where LibTorch cannot be started.
Result<std::unique_ptr<Engine>> open_torch(const TorchOptions& options);

}  // namespace wattlens::engine
