// One compiled OpenVINO model that runs batches: in the caller's thread under the latency hint, in as many requests as
// OpenVINO finds best under the throughput hint.
#pragma once

#include <memory>
#include <vector>

#include "engine/engine.h"

namespace ov {
class CompiledModel;
}

namespace wattlens::engine {

// Allocates every slot. `info` and `operators` are what the session then tells of itself; the number of requests is
// added to the conditions. Fails with run_failed where memory does not suffice.
Result<std::unique_ptr<Session>> start_session(ov::CompiledModel& model, bool asynchronous, record::WorkloadInfo info,
                                               std::vector<Operator> operators);

// What the device really computes in, "bf16" or "f32": the type of most of the layers that do nearly all the work
// (convolutions and matrix products), as the compiled graph tells. Appends a condition where not all share it.
Result<std::string> execution_precision(const ov::CompiledModel& model, std::vector<std::string>& conditions);

}  // namespace wattlens::engine
