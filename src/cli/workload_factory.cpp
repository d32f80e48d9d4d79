#include "cli/workload_factory.h"

#include <algorithm>
#include <utility>

#include "cli/engines.h"
#include "record/model_name.h"

namespace wattlens::cli {
namespace {

// A model that needs more than this share of the memory fails as one point, before the machine begins to swap.
constexpr double kWorkerMemoryShare = 0.8;

}  // namespace

workload::InferenceOptions inference_options(record::PlanPoint point, std::span<const worker::EngineLocation> engines,
                                             const record::MachineState& machine, const experiment::Plan& plan,
                                             const RunOptions& options) {
  const record::ModelName model = record::parse_model_name(point.model);
  workload::InferenceOptions inference;
  inference.engine = *engine_named(engines, point.engine);
  inference.model_cache = options.model_cache;
  inference.client.system_allocator = options.system_allocator;
  const base::Bytes memory = machine.usable_memory();
  if (memory > base::Bytes{}) inference.client.memory_budget = memory * kWorkerMemoryShare;
  if (const auto budget = plan.effort.budget) {
    // A worker that hangs must not take much more than the user gave for everything.
    inference.client.deadlines.compile = std::clamp(*budget, base::Seconds{60.0}, inference.client.deadlines.compile);
    inference.client.deadlines.batch =
        std::clamp(0.25 * *budget, base::Seconds{10.0}, inference.client.deadlines.batch);
  }
  if (!model.network.empty()) {
    inference.weights = model.file;
    point.model = model.network;
  }
  inference.point = std::move(point);
  return inference;
}

std::unique_ptr<workload::Workload> make_workload(record::PlanPoint point,
                                                  std::span<const worker::EngineLocation> engines,
                                                  const record::MachineState& machine, const experiment::Plan& plan,
                                                  const RunOptions& options, workload::WorkProgress& progress,
                                                  const base::Clock& clock, const base::Cancellation& cancel,
                                                  workload::ImageInput* images) {
  workload::InferenceOptions inference = inference_options(std::move(point), engines, machine, plan, options);
  inference.images = images;
  if (!options.simulate.empty()) inference.progress = &progress;
  return std::make_unique<workload::InferenceWorkload>(std::move(inference), clock, cancel);
}

}  // namespace wattlens::cli
