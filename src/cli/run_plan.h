// From what the user asked for to a plan that can run here: flags over plan file over defaults, names checked,
// precision "auto" resolved.
#pragma once

#include <span>
#include <vector>

#include "base/cancel.h"
#include "base/clock.h"
#include "cli/run_options.h"
#include "experiment/plan.h"
#include "worker/engine_location.h"

namespace wattlens::cli {

// `plan` is what flags and plan file do not say: the defaults, or the plan of an experiment to go on with.
Result<experiment::Plan> plan_of(const RunOptions& options, experiment::Plan plan = {});

// Every model is a built-in network (nearest names in the error), such a network with weights (NAME@FILE.safetensors),
// or an ONNX file that can be opened; every engine is one of `engines`.
Result<void> check_names(const experiment::Axes& axes, std::span<const worker::EngineLocation> engines);

// Replaces "auto" by bf16 where every engine and device of the plan runs it natively, else by f32. Asks the engines'
// workers, and only where the plan says "auto".
Result<void> resolve_precision(experiment::Axes& axes, std::span<const worker::EngineLocation> engines,
                               const base::Clock& clock, const base::Cancellation& cancel);

// A first guess of the time of one batch of every point, from the network's multiply-adds and the processor's features;
// good to a factor of three, for --dry-run. Empty where nothing is known of the model.
std::vector<base::Seconds> guess_batch_times(std::span<const record::PlanPoint> points,
                                             const record::MachineState& machine);

}  // namespace wattlens::cli
