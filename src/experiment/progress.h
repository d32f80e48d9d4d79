// What a running experiment tells those who watch it.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "base/units.h"
#include "record/experiment.h"
#include "record/run.h"

namespace wattlens::experiment {

enum class Activity { idle_baseline, preparing, warming_up, measuring, finished };

struct Progress {
  Activity activity = Activity::idle_baseline;
  const record::PlanPoint* point = nullptr;  // empty outside a point
  const record::Run* run = nullptr;          // set once, just after a run was stored
  std::int64_t points = 0;
  std::int64_t prepared = 0;       // of them
  std::int64_t runs = 0;           // stored so far
  std::int64_t runs_expected = 0;  // in total, as far as is known
  base::Seconds elapsed;
  std::optional<base::Seconds> left;
};

// Called on the runner's thread; must return quickly.
using ProgressSink = std::function<void(const Progress&)>;

}  // namespace wattlens::experiment
