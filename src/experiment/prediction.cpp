#include "experiment/prediction.h"

#include <algorithm>

#include "experiment/schedule.h"
#include "experiment/serving.h"
#include "stats/planned_looks.h"
#include "stats/stop_rule.h"

namespace wattlens::experiment {
namespace {

using base::Seconds;

constexpr Seconds kPrepare{2.0};
constexpr int kIdleBaselines = 3;

}  // namespace

Prediction predict(const Plan& plan, std::span<const Seconds> batch_times) {
  const Effort& effort = plan.effort;
  Prediction prediction{.points = static_cast<std::int64_t>(batch_times.size())};
  const Seconds fixed = kIdleBaselines * effort.idle + static_cast<double>(prediction.points) * kPrepare;
  const std::optional<Seconds> time = effort.budget ? std::optional(*effort.budget - fixed) : std::nullopt;
  std::vector<WindowPlan> windows = plan_windows(batch_times, effort, time);
  const std::vector<record::PlanPoint> points = plan_points(plan.axes);
  for (std::size_t i = 0; i < std::min(windows.size(), points.size()); ++i) {
    windows[i] = planned_for_requests(windows[i], points[i]);
  }
  if (time) {
    std::vector<Remaining> remaining;
    for (const WindowPlan& window : windows) remaining.push_back({window.predicted()});
    const std::vector<std::int64_t> shares = share_time(remaining, *time);
    prediction.repetitions = shares.empty() ? 0 : *std::ranges::min_element(shares);
    prediction.least = prediction.most = *effort.budget;
    return prediction;
  }
  const stats::StopRule rule = effort.quick ? stats::quick_stop_rule() : stats::StopRule{};
  const auto count = [](std::size_t n) { return static_cast<std::int64_t>(n); };
  prediction.repetitions = effort.repetitions.value_or(count(rule.minimum_count));
  if (effort.planned_looks) prediction.repetitions = std::min(prediction.repetitions, count(stats::kPlannedLooks[0]));
  const auto most = effort.repetitions.value_or(count(rule.maximum_count));
  prediction.least = prediction.most = fixed;
  for (const WindowPlan& window : windows) {
    const Seconds once = window.predicted();
    const Seconds least = static_cast<double>(prediction.repetitions) * once;
    const Seconds longest = static_cast<double>(most) * once;
    const Seconds limit = effort.repetitions ? longest : std::max(once, effort.point_limit);
    prediction.least += std::min(least, limit);
    prediction.most += std::min(longest, limit);
  }
  return prediction;
}

}  // namespace wattlens::experiment
