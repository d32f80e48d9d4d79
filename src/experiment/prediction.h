// How long a plan will take, before anything of it has run. Pure and thread-safe.
#pragma once

#include <cstdint>
#include <span>

#include "base/units.h"
#include "experiment/plan.h"

namespace wattlens::experiment {

struct Prediction {
  std::int64_t points = 0;
  std::int64_t repetitions = 0;  // of every point, at least; with a budget: of the point with the fewest
  base::Seconds least;           // every point stops as early as it may
  base::Seconds most;            // every point goes on to its limit; with a budget: that
};

// `batch_times`: one per point of the plan, as far as they can be guessed; without a budget a repetition takes the
// warm-up, a window, and the compilation once (guessed as 2 s a point).
Prediction predict(const Plan& plan, std::span<const base::Seconds> batch_times);

}  // namespace wattlens::experiment
