// The OpenVINO engine: ONNX files and built-in networks on the processor or on an Intel GPU.
//
// Nothing is changed in the process but OpenVINO's own threads. Not thread-safe, as engine.h says; two engines may live
// in one process, but their threads then compete.
#pragma once

#include <memory>
#include <string>

#include "engine/engine.h"

namespace wattlens::engine {

struct OpenvinoOptions {
  std::string allocator = "glibc, default settings";      // what the process set up; a recorded condition
  base::Bytes model_cache_limit = base::mebibytes(2048);  // the oldest compiled models go when the folder holds more
};

// Fails with not_measurable where OpenVINO cannot be started.
Result<std::unique_ptr<Engine>> open_openvino(const OpenvinoOptions& options);

}  // namespace wattlens::engine
