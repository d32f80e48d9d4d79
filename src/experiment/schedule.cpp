#include "experiment/schedule.h"

#include <algorithm>
#include <cmath>

#include "meter/gauge_energy.h"

namespace wattlens::experiment {
namespace {

using base::Seconds;

constexpr Seconds kDefaultWindow{2.0};
constexpr Seconds kQuickWindow{1.0};
constexpr std::int64_t kFewestBatches = 2;
constexpr double kSettlings = 2.5;  // of a gauge, in a window
constexpr Seconds kLongestAskedFor{10.0};
// No point can be given more repetitions than this at once; the stop rule ends it long before.
constexpr std::int64_t kMostRepetitions = 1000;

// Further repetitions of a point when every point may have used `level` in total, but at least `least` repetitions.
std::int64_t further(const Remaining& point, Seconds level, std::int64_t least) {
  if (point.finished) return 0;
  const double allowed = std::floor(level / point.cost);
  const auto total = static_cast<std::int64_t>(std::clamp(allowed, 0.0, static_cast<double>(kMostRepetitions)));
  return std::max<std::int64_t>(0, std::max(total, least) - point.made);
}

Seconds total_cost(std::span<const Remaining> points, Seconds level, std::int64_t least) {
  Seconds sum;
  for (const Remaining& point : points) sum += static_cast<double>(further(point, level, least)) * point.cost;
  return sum;
}

}  // namespace

Seconds WindowPlan::predicted() const {
  const double window = std::max(duration.value, static_cast<double>(batches) * batch.value);
  return {std::max(kShortestWarmUp.value, batch.value) + window};
}

std::vector<WindowPlan> plan_windows(std::span<const Seconds> batch_times, const Effort& effort,
                                     std::optional<Seconds> time, Seconds shortest) {
  const Seconds usual = effort.quick ? kQuickWindow : kDefaultWindow;
  const Seconds wanted = effort.window.value_or(std::max(usual, shortest));
  std::vector<WindowPlan> plans;
  for (const Seconds batch : batch_times) {
    WindowPlan plan{.duration = wanted,
                    .batches = effort.batches.value_or(kBatchesPerWindow),
                    .warm_up_limit = effort.warm_up_limit,
                    .batch = batch};
    if (time) {
      const Seconds share = *time / static_cast<double>(batch_times.size());
      const double repetitions = effort.repetitions ? static_cast<double>(*effort.repetitions)
                                 : effort.quick     ? 5.0
                                                    : 8.0;
      if (!effort.window) {
        const double fitting = share.value / repetitions - std::max(kShortestWarmUp.value, batch.value);
        plan.duration = {std::clamp(fitting, std::min(shortest.value, wanted.value), wanted.value)};
      }
      // Three repetitions of a heavy point should cost no more than one and a half shares.
      const double batches = std::floor(0.5 * share.value / std::max(batch.value, 1e-9)) - 1.0;
      plan.batches =
          std::min(plan.batches, std::max(static_cast<std::int64_t>(std::min(batches, 1e9)), kFewestBatches));
      plan.warm_up_limit = {std::min(effort.warm_up_limit.value, std::max(0.25 * share.value, kShortestWarmUp.value))};
    }
    plans.push_back(plan);
  }
  return plans;
}

Seconds shortest_window(std::span<const record::Channel> channels) {
  Seconds shortest = kShortestWindow;
  for (const record::Channel& channel : channels) {
    const bool gauge = channel.kind == record::ChannelKind::power && channel.provenance != record::Provenance::missing;
    if (gauge) shortest = std::max(shortest, kSettlings * meter::settling_time(channel));
  }
  return std::min(shortest, kLongestAskedFor);
}

std::vector<std::int64_t> share_time(std::span<const Remaining> points, Seconds time) {
  std::vector<std::int64_t> shares(points.size(), 0);
  for (const std::int64_t least : {3, 2, 1, 0}) {
    if (total_cost(points, {}, least) > time) continue;
    Seconds low;
    Seconds high = time;
    for (const Remaining& point : points) high = std::max(high, time + static_cast<double>(point.made) * point.cost);
    for (int step = 0; step < 60; ++step) {
      const Seconds middle = 0.5 * (low + high);
      (total_cost(points, middle, least) > time ? high : low) = middle;
    }
    for (std::size_t i = 0; i < points.size(); ++i) shares[i] = further(points[i], low, least);
    return shares;
  }
  return shares;
}

}  // namespace wattlens::experiment
