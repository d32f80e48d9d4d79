// One model that LibTorch runs eagerly, in one slot or in several.
#pragma once

#include <memory>
#include <vector>

#include "engine/engine.h"
#include "engine/torch_model.h"

namespace wattlens::engine {

struct TorchRun {
  std::shared_ptr<const TorchModel> model;
  Placement placement;
  record::WorkloadInfo info;  // what the session then tells of itself; its `streams` is the number of slots
  std::vector<Operator> operators;
  bool any_batch = false;  // batches of 1 to that of info.input_shape
};

// A batch runs in the thread that enqueues it; with more than one slot on the processor, each slot has a thread of its
// own, which does all of its work. On a GPU a batch is launched, and is complete when its stream has come so far. Fails
// with run_failed where memory or threads do not suffice.
Result<std::unique_ptr<Session>> start_torch_session(TorchRun run);

}  // namespace wattlens::engine
