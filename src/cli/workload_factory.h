// The work of one plan point: inference in a worker of the point's engine.
#pragma once

#include <memory>
#include <span>

#include "base/cancel.h"
#include "base/clock.h"
#include "cli/run_options.h"
#include "experiment/plan.h"
#include "record/machine_state.h"
#include "record/run.h"
#include "worker/engine_location.h"
#include "workload/inference.h"
#include "workload/work_progress.h"
#include "workload/workload.h"

namespace wattlens::cli {

// What a worker of the point is started with. The point's engine is one of `engines`.
workload::InferenceOptions inference_options(record::PlanPoint point, std::span<const worker::EngineLocation> engines,
                                             const record::MachineState& machine, const experiment::Plan& plan,
                                             const RunOptions& options);

// The point's engine is one of `engines`. Nothing is started yet. Clock, cancellation and `progress`, which simulated
// power follows, and `images`, which take the place of seeded numbers, outlive the workload.
std::unique_ptr<workload::Workload> make_workload(record::PlanPoint point,
                                                  std::span<const worker::EngineLocation> engines,
                                                  const record::MachineState& machine, const experiment::Plan& plan,
                                                  const RunOptions& options, workload::WorkProgress& progress,
                                                  const base::Clock& clock, const base::Cancellation& cancel,
                                                  workload::ImageInput* images = nullptr);

}  // namespace wattlens::cli
