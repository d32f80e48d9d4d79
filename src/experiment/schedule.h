// How long windows are and how often points are repeated, within the time that there is. Pure and thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/units.h"
#include "experiment/plan.h"
#include "record/channel.h"

namespace wattlens::experiment {

// Ten updates of the load model, the slowest of the meters so far.
inline constexpr base::Seconds kShortestWindow{1.0};
inline constexpr base::Seconds kShortestWarmUp{0.25};

// One repetition of one point.
struct WindowPlan {
  base::Seconds duration;           // the window lasts about so long ...
  std::int64_t batches = 0;         // ... and holds at least so many batches
  base::Seconds warm_up_limit;      // the warm-up may end earlier
  base::Seconds predicted() const;  // of warm-up and window together, given `batch`
  base::Seconds batch;              // expected time of one batch
};

// One plan per batch time. Without a budget every window has the plan's length. With one, windows shorten down to
// kShortestWindow so that eight repetitions of every point fit (five when quick), and points whose batches are long
// get fewer batches per window, down to two. No window but one that the plan gives is shorter than `shortest`.
std::vector<WindowPlan> plan_windows(std::span<const base::Seconds> batch_times, const Effort& effort,
                                     std::optional<base::Seconds> time, base::Seconds shortest = kShortestWindow);

// What the gauges among the channels ask for: half of a window must be left when they have settled.
base::Seconds shortest_window(std::span<const record::Channel> channels);

// What is left to do for one point.
struct Remaining {
  base::Seconds cost;     // of one further repetition
  std::int64_t made = 0;  // repetitions so far
  bool finished = false;  // wants no more
};

// How many further repetitions each point gets of `time`: the same total time for every point as far as that is whole
// repetitions ("water filling"), three for every point first where that is possible (an interval from two is hardly
// one), else two, else one, and none where nothing fits.
std::vector<std::int64_t> share_time(std::span<const Remaining> points, base::Seconds time);

}  // namespace wattlens::experiment
