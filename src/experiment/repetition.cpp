#include "experiment/repetition.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "experiment/neighbour_history.h"
#include "experiment/stratified_start.h"
#include "experiment/warm_up.h"
#include "meter/window_energy.h"

namespace wattlens::experiment {
namespace {

using base::MonoTime;
using base::Seconds;

record::Window to_window(const workload::WorkDone& work) {
  record::Window window;
  window.begin = work.begin;
  window.end = work.end;
  window.batches = static_cast<std::int64_t>(work.completions.size());
  window.images = work.images;
  window.batch_us.reserve(work.completions.size());
  for (const double duration : batch_durations(work)) window.batch_us.push_back(std::llround(duration * 1e6));
  return window;
}

bool disturbed(const record::Neighbours& neighbours) {
  return neighbours.other_cores.value_or(0.0) > kNeighbourLimit || neighbours.steal_cores.value_or(0.0) > kStealLimit;
}

void warn_of_neighbours(const record::Neighbours& neighbours, std::vector<record::Warning>& warnings) {
  if (neighbours.other_cores.value_or(0.0) > kNeighbourLimit) {
    warnings.push_back({"neighbour", "",
                        fmt::format("other processes used {:.2f} of a core around the window", *neighbours.other_cores),
                        "close other programs, or read this point's figures as disturbed"});
  }
  if (neighbours.steal_cores.value_or(0.0) > kStealLimit) {
    warnings.push_back({"steal", "",
                        fmt::format("the hypervisor took {:.2f} of a core around the window", *neighbours.steal_cores),
                        "measure at a quieter time or on a dedicated machine"});
  }
  if (!neighbours.other_cores) {
    warnings.push_back({"neighbours_unknown", "", "the CPU time of other processes is not known for the window",
                        "use windows of 2 s or more: the kernel counts in ticks here"});
  }
}

// Sensors that look a part of the time decide when a window begins.
void wait_for_start(const RepetitionContext& context, std::int64_t index) {
  if (round_of(context.channels) == 1) return;
  const MonoTime now = context.clock.now();
  const auto start = stratified_start(context.channels, context.sampler.take(now, now), index, now);
  if (start) context.clock.sleep_until(*start);
}

// Work, and what the meters and the processors' counters say of it. Replaces the window before and its samples.
Result<std::vector<record::Warning>> one_window(workload::Workload& workload, const WindowPlan& plan,
                                                const RepetitionContext& context, record::Run& run) {
  const record::OwnCost before = context.sampler.cost();
  WATTLENS_TRY(workload::WorkDone work, workload.run({.duration = plan.duration,
                                                      .min_batches = plan.batches,
                                                      .serving = context.serving,
                                                      .preprocessing = context.preprocessing}));
  const record::OwnCost after = context.sampler.cost();
  record::Window window = to_window(work);
  window.served = std::move(work.served);
  run.samples = context.sampler.take(window.begin, window.end);
  std::vector<record::Warning> warnings =
      meter::measure_window(context.channels, run.samples, context.idle, window, {.used = context.used});
  for (record::Warning& change : context.sampler.changes()) warnings.push_back(std::move(change));
  window.neighbours = context.neighbours.look();
  run.own_cost = {after.cpu - before.cpu, after.wake_ups - before.wake_ups, after.missed_ticks - before.missed_ticks};
  run.windows = {std::move(window)};
  return warnings;
}

}  // namespace

workload::Preprocessing preprocessing_of(const record::PlanPoint& point) {
  if (point.preprocess == "inside") return workload::Preprocessing::inside;
  return point.preprocess == "alone" ? workload::Preprocessing::alone : workload::Preprocessing::outside;
}

Result<Seconds> repeat(workload::Workload& workload, const WindowPlan& plan, const RepetitionContext& context,
                       record::Run& run) {
  context.neighbours.mark();
  WATTLENS_TRY(const WarmUp warm, context.serving ? warm_up_for_requests(workload, context.preprocessing)
                                                  : warm_up(workload, context.channels, context.sampler,
                                                            plan.warm_up_limit, context.preprocessing));
  run.warm_up = warm.duration;
  run.stationary = warm.stationary;
  if (context.on_warm) context.on_warm();
  wait_for_start(context, run.block);
  WATTLENS_TRY(std::vector<record::Warning> warnings, one_window(workload, plan, context, run));
  if (context.repeat_when_disturbed && disturbed(run.windows.back().neighbours)) {
    const record::Neighbours first = run.windows.back().neighbours;
    context.neighbours.forget();
    context.neighbours.mark();
    WindowPlan longer = plan;
    // Ticks of the kernel say nothing of less.
    if (first.method == "ticks") longer.duration = std::max(longer.duration, kTicksNeed);
    WATTLENS_TRY(warnings, one_window(workload, longer, context, run));
    run.warnings.push_back(
        {"measured_again", "",
         fmt::format("a first window was thrown away: others used {:.2f} of a core, the hypervisor {:.2f}",
                     first.other_cores.value_or(0.0), first.steal_cores.value_or(0.0)),
         ""});
  }
  const record::Window& window = run.windows.back();
  run.warnings.insert(run.warnings.end(), warnings.begin(), warnings.end());
  warn_of_neighbours(window.neighbours, run.warnings);
  if (!warm.stationary) {
    run.warnings.push_back(
        {"not_settled", "",
         fmt::format("rate and power were not shown to be steady after {:.1f} s of warm-up ({} batches)",
                     warm.duration.value, warm.batches),
         "give a larger --budget or --warm-up-limit"});
  }
  return window.duration() / static_cast<double>(std::max<std::int64_t>(1, window.batches));
}

}  // namespace wattlens::experiment
