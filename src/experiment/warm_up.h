// Runs a workload until its rate and its power have settled, so that a window sees steady work.
#pragma once

#include <cstdint>

#include "base/clock.h"
#include "meter/sampler.h"
#include "record/channel.h"
#include "workload/workload.h"

namespace wattlens::experiment {

struct WarmUp {
  base::Seconds duration;
  bool stationary = false;
  std::int64_t batches = 0;
  base::Seconds batch;  // median time of the last batches
};

// Stationary: the first 10 % of the last windows agree with their last 50 % (stats/stationarity.h), for the time per
// batch and for the power of every measured channel. Lasts kShortestWarmUp or longer, one batch or more, and ends at
// the first slice after `limit`. Errors are the workload's.
Result<WarmUp> warm_up(workload::Workload& workload, std::span<const record::Channel> channels, meter::Sampler& sampler,
                       base::Seconds limit, workload::Preprocessing preprocessing);

// For requests, whose window has a transient of its own: it begins with an empty queue. One image at a time for
// kShortestWarmUp, so that caches and clocks have seen the model.
Result<WarmUp> warm_up_for_requests(workload::Workload& workload, workload::Preprocessing preprocessing);

// Rate and power in windows; for tests.
std::vector<double> batch_durations(const workload::WorkDone& work);  // seconds, in order of completion

}  // namespace wattlens::experiment
