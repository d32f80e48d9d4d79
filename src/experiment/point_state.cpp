#include "experiment/point_state.h"

#include <algorithm>
#include <utility>

namespace wattlens::experiment {
namespace {

constexpr int kFailuresInRow = 2;

// The reason that speaks last where two series are judged: a rule is met only when both are.
std::optional<stats::StopReason> later_of(std::optional<stats::StopReason> a, std::optional<stats::StopReason> b) {
  if (!a || !b) return std::nullopt;
  return std::max(*a, *b);
}

}  // namespace

PointState::PointState(record::PlanPoint plan_point, const Effort& effort, std::int64_t round)
    : point(std::move(plan_point)), rule_(effort.quick ? stats::quick_stop_rule() : stats::StopRule{}), round_(round) {
  rule_.target_relative_half_width = effort.target;
  rule_.time_limit = effort.point_limit;
  repetitions_ = effort.repetitions;
}

void PointState::set_plan(const WindowPlan& window_plan) {
  plan = window_plan;
  cost = plan.predicted();
}

void PointState::add(const record::Run& run, base::Seconds batch, base::Seconds run_cost) {
  const record::Window& window = run.windows.back();
  rates_.push_back(static_cast<double>(window.images) / window.duration().value);
  if (const auto energy = energy_per_image(window)) energies_.push_back(*energy);
  ++made;
  failures_in_row_ = 0;
  spent_ += run_cost;
  plan.batch = batch;
  // A window measured again is the exception: the next repetition is thought to need one.
  const bool again = std::ranges::find(run.warnings, "measured_again", &record::Warning::code) != run.warnings.end();
  cost = again ? plan.predicted() : run_cost;
  decide();
}

void PointState::add_failure() {
  if (++failures_in_row_ >= kFailuresInRow) stop = "failed";
}

void PointState::replay(const record::Run& run) {
  if (run.plan) {
    plan.duration = run.plan->window;
    plan.batches = run.plan->min_batches;
    plan.warm_up_limit = run.plan->warm_up_limit;
  }
  if (run.status == record::RunStatus::done && !run.windows.empty()) {
    stop.reset();
    const record::Window& window = run.windows.back();
    const auto batches = static_cast<double>(std::max<std::int64_t>(1, window.batches));
    add(run, window.duration() / batches, std::max(run.took, run.warm_up + window.duration()));
  } else if (run.status == record::RunStatus::failed) {
    add_failure();
    // What could not be prepared is not tried a second time.
    if (!run.plan) stop = "failed";
  }
}

void PointState::try_again() {
  if (stop != "failed") return;
  stop.reset();
  failures_in_row_ = 0;
}

std::int64_t PointState::expected_further() const {
  const auto wanted = repetitions_.value_or(static_cast<std::int64_t>(rule_.minimum_count));
  return std::max<std::int64_t>(1, wanted - made);
}

void PointState::decide() {
  if (repetitions_) {
    if (made >= *repetitions_) stop = "repetitions";
    return;
  }
  const auto rate = stats::decide(rule_, rates_, spent_);
  if (!rate) return;
  std::optional<stats::StopReason> reason = rate->reason;
  if (energies_.size() == rates_.size()) {
    if (const auto energy = stats::decide(rule_, energies_, spent_)) reason = later_of(reason, energy->reason);
  }
  const bool enough = reason == stats::StopReason::width || reason == stats::StopReason::noise_settled;
  if (enough && made % round_ != 0) return;
  if (reason) stop = std::string(to_string(*reason));
}

std::optional<double> energy_per_image(const record::Window& window) {
  if (!window.total.value || window.images <= 0) return std::nullopt;
  return window.total.value->value / static_cast<double>(window.images);
}

}  // namespace wattlens::experiment
