// One repetition of one plan point: warm-up, window, energy, neighbours.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>

#include "experiment/schedule.h"
#include "meter/meter_set.h"
#include "meter/sampler.h"
#include "record/experiment.h"
#include "record/run.h"
#include "workload/workload.h"

namespace wattlens::experiment {

// Looks at what else runs on the machine: mark() before, look() after. forget() leaves what was seen until now out.
struct NeighbourProbe {
  std::function<void()> mark;
  std::function<void()> forget;
  std::function<record::Neighbours()> look;
};

// Other processes may take this share of one core before a window is repeated, and then flagged: a busy neighbour
// slowed engines two to six times on two cores.
inline constexpr double kNeighbourLimit = 0.10;
inline constexpr double kStealLimit = 0.05;

struct RepetitionContext {
  std::span<const record::Channel> channels;
  std::span<const record::IdleBaseline> idle;
  std::span<const std::string> used;  // channels without which there is no total (device_channels.h)
  meter::Sampler& sampler;
  base::Clock& clock;
  const NeighbourProbe& neighbours;
  std::function<void()> on_warm;  // between warm-up and window
  bool repeat_when_disturbed = true;
  std::optional<workload::ServingRequest> serving{};  // the window's work, where requests are served
  workload::Preprocessing preprocessing = workload::Preprocessing::outside;
};

workload::Preprocessing preprocessing_of(const record::PlanPoint& point);

// Fills what the repetition adds to `run`: warm_up, one window (measured again where a neighbour disturbed the first),
// own cost, warnings, samples of the last window. Returns the time per batch. Errors are the workload's.
Result<base::Seconds> repeat(workload::Workload& workload, const WindowPlan& plan, const RepetitionContext& context,
                             record::Run& run);

}  // namespace wattlens::experiment
