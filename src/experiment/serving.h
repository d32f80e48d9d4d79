// What is particular to points that serve requests: what they share a compiled model by, what a window is asked for,
// how long it takes, and what its repetitions say together. Pure and thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "base/result.h"
#include "base/units.h"
#include "experiment/plan.h"
#include "experiment/schedule.h"
#include "record/experiment.h"
#include "record/run.h"
#include "workload/workload.h"

namespace wattlens::experiment {

bool serves_requests(const record::PlanPoint& point);

// Arrivals and policies are both there or both not, can be read, and fit each other and `requests`.
Result<void> check_serving(const Axes& axes);

// The largest batch of any of the policies, for which models are compiled. `check_serving` has passed.
std::int64_t largest_batch(const Axes& axes);

// Points of equal id run on one compiled model: the point's own id without what belongs to its
// windows: arrivals, policy, where images are preprocessed, settings of the machine.
std::string compiled_id(const record::PlanPoint& point);

// Empty where the point serves none. All points of a block get the same arrivals, so that they differ in nothing else.
std::optional<workload::ServingRequest> serving_request(const record::PlanPoint& point, std::uint64_t seed,
                                                        std::int64_t block);

// The window of a point that serves requests: as long as these take to come and the last batch to run, or, where that
// is longer, all of them to be served; the largest batch takes `plan.batch`, and smaller ones their share of it. Its
// batch is one image, as the warm-up runs. Another point's is left as it is.
WindowPlan planned_for_requests(WindowPlan plan, const record::PlanPoint& point);

// Of the runs of one point that are done; empty where none served requests. A closed loop is never saturated: its
// clients wait for their answers before they ask again.
std::optional<record::ServingSummary> summarise_serving(const record::PlanPoint& point,
                                                        std::span<const record::Run* const> runs);

}  // namespace wattlens::experiment
