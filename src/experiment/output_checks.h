// The output check of every point of a plan, with nothing timed: do the engines compute the same?
#pragma once

#include <span>
#include <vector>

#include "base/cancel.h"
#include "experiment/progress.h"
#include "experiment/residents.h"
#include "record/experiment.h"

namespace wattlens::experiment {

// One model after the other, each in a worker that ends with its check. A point that cannot be prepared has a failure
// and does not stop the others; those left when the user interrupts are not in the list.
std::vector<record::CheckedPoint> check_outputs(std::span<const record::PlanPoint> points,
                                                const WorkloadFactory& make_workload,
                                                const base::Cancellation& cancellation, const ProgressSink& progress);

}  // namespace wattlens::experiment
