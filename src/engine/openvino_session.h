// One compiled OpenVINO model that runs batches: in the caller's thread under the latency hint, in as many requests as
// OpenVINO finds best under the throughput hint.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "engine/engine.h"
#include "network/image_input.h"

namespace ov {
class CompiledModel;
}

namespace wattlens::engine {

// What a session tells of itself, and how it takes images and gives results.
struct SessionFacts {
  record::WorkloadInfo info;  // with input_shape; the number of requests is added to its conditions
  std::vector<Operator> operators;
  network::ImageLayout layout = network::ImageLayout::nchw;  // of the model; images given to the session are NCHW
  std::size_t output = 0;                                    // which output is looked at
  bool any_batch = false;                                    // compiled for batches of 1 to that of input_shape
};

// Allocates every slot. Fails with run_failed where memory does not suffice.
Result<std::unique_ptr<Session>> start_session(ov::CompiledModel& model, bool asynchronous, SessionFacts facts);

// What the device really computes in, "bf16" or "f32": the type of most of the layers that do nearly all the work
// (convolutions and matrix products), as the compiled graph tells. Appends a condition where not all share it.
Result<std::string> execution_precision(const ov::CompiledModel& model, std::vector<std::string>& conditions);

}  // namespace wattlens::engine
