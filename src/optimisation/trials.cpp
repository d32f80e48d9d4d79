#include "optimisation/trials.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "experiment/summary.h"
#include "stats/distributions.h"
#include "stats/summary.h"

namespace wattlens::optimisation {
namespace {

using base::Joules;
using base::Seconds;
using base::Watts;
using experiment::Recorded;
using record::Estimate;
using record::Run;
using record::Trial;
using record::Window;

using record::kNormal95;
constexpr std::int64_t kFewestImages = 64;
constexpr std::int64_t kMostImages = 512;
// Equal readings say that nothing was seen to vary, not that nothing does.
constexpr double kLeastSpread = 0.002;

bool counts(const Run& run) {
  return run.status == record::RunStatus::done && !run.windows.empty() && run.windows.back().images > 0 &&
         run.windows.back().batches > 0 && run.windows.back().duration() > Seconds{};
}

double in_flight(const Run& run) { return static_cast<double>(std::max<std::int64_t>(1, run.workload.streams)); }

double batch_time(const Run& run) {
  const Window& window = run.windows.back();
  return in_flight(run) * window.duration().value / static_cast<double>(window.batches);
}

std::optional<double> p99_of(const Run& run) {
  const std::vector<double> times(run.windows.back().batch_us.begin(), run.windows.back().batch_us.end());
  const auto found = stats::quantile(times, 0.99);
  if (!found) return std::nullopt;
  return in_flight(run) * *found * 1e-6;
}

double throughput_of(const Run& run) {
  const Window& window = run.windows.back();
  return static_cast<double>(window.images) / window.duration().value;
}

std::optional<double> energy_of(const Run& run) {
  const Window& window = run.windows.back();
  if (!window.total.value) return std::nullopt;
  return window.total.value->value / static_cast<double>(window.images);
}

// The repetitions of one quantity, by candidate; positive values only.
class Pool {
 public:
  void add(const std::string& point, std::optional<double> value) {
    if (value && *value > 0.0 && std::isfinite(*value)) logs_[point].push_back(std::log(*value));
  }

  // Called once, after all values are in.
  void close(double confidence) {
    double squares = 0.0;
    double degrees = 0.0;
    for (const auto& [point, logs] : logs_) {
      const double mean = *stats::mean(logs);
      for (const double x : logs) squares += (x - mean) * (x - mean);
      degrees += static_cast<double>(logs.size()) - 1.0;
    }
    const auto t = stats::student_t_quantile(0.5 + 0.5 * confidence, degrees);
    half_ = t ? *t * std::max(kLeastSpread, std::sqrt(squares / degrees)) : std::numeric_limits<double>::quiet_NaN();
  }

  template <class T>
  std::optional<Estimate<T>> estimate(const std::string& point) const {
    const auto found = logs_.find(point);
    if (found == logs_.end()) return std::nullopt;
    const double mean = *stats::mean(found->second);
    const double half = half_ / std::sqrt(static_cast<double>(found->second.size()));
    return Estimate<T>{T{std::exp(mean)}, T{std::exp(mean - half)}, T{std::exp(mean + half)}};
  }

 private:
  std::map<std::string, std::vector<double>> logs_;
  double half_ = 0.0;
};

struct Pools {
  Pool energy;
  Pool latency;
  Pool p99;
  Pool throughput;
};

Pools pools_of(std::span<const Recorded> rung, double confidence) {
  Pools pools;
  for (const Recorded& recorded : rung) {
    for (const Run& run : recorded.runs) {
      if (!counts(run)) continue;
      pools.energy.add(run.point, energy_of(run));
      pools.latency.add(run.point, batch_time(run));
      pools.p99.add(run.point, p99_of(run));
      pools.throughput.add(run.point, throughput_of(run));
    }
  }
  for (Pool* pool : {&pools.energy, &pools.latency, &pools.p99, &pools.throughput}) pool->close(confidence);
  return pools;
}

Trial trial_of(const record::PointSummary& summary, const Pools& pools, std::int64_t number) {
  const std::string& id = summary.point.id;
  Trial trial;
  trial.point = summary.point;
  trial.rung = number;
  trial.runs = summary.repetitions;
  trial.energy = pools.energy.estimate<Joules>(id);
  trial.provenance = summary.energy_per_image.provenance;
  trial.complete = summary.complete.value_or(true);
  trial.latency = pools.latency.estimate<Seconds>(id);
  trial.p99 = pools.p99.estimate<Seconds>(id);
  trial.throughput = pools.throughput.estimate<double>(id);
  trial.memory = summary.workload.peak_memory;
  trial.output_check = summary.output_check;
  if (summary.repetitions == 0) {
    trial.failure = summary.failure ? summary.failure->message : "not measured: " + summary.stop_reason;
  } else if (!trial.energy) {
    trial.failure = "no energy: " + summary.energy_per_image.reason;
  }
  return trial;
}

const record::Phase* ready_phase(const Run& run) {
  const auto found = std::ranges::find(run.preparation, "ready", &record::Phase::name);
  return found == run.preparation.end() ? nullptr : &*found;
}

Watts idle_power(const Recorded& recorded) {
  Watts power;
  const auto counted = std::ranges::find_if(recorded.runs, counts);
  if (counted == recorded.runs.end()) return power;
  for (const record::IdleBaseline& idle : recorded.experiment.idle_before) {
    const auto& sums = counted->windows.back().sums;
    if (std::ranges::find(sums, idle.channel) != sums.end()) power += idle.power;
  }
  return power;
}

}  // namespace

std::vector<Trial> trials_of(std::span<const Recorded> rung, std::int64_t number, double confidence) {
  const Pools pools = pools_of(rung, confidence);
  std::vector<Trial> trials;
  for (const Recorded& recorded : rung) {
    const record::ExperimentSummary summary = experiment::summarise(recorded.experiment, recorded.runs);
    for (const record::PointSummary& point : summary.points) {
      std::erase_if(trials, [&](const Trial& before) { return before.point.id == point.point.id; });
      trials.push_back(trial_of(point, pools, number));
    }
  }
  return trials;
}

record::Spent spent_on(const Recorded& recorded) {
  record::Spent spent;
  std::set<std::pair<std::string, std::int64_t>> prepared;  // a worker that serves several runs was prepared once
  Seconds counted;
  for (const Run& run : recorded.runs) {
    if (const record::Phase* ready = ready_phase(run); ready && prepared.emplace(run.point, ready->begin.ns).second) {
      spent.preparations += ready->gross.value.value_or(Joules{});
      spent.complete = spent.complete && ready->gross.value && ready->complete;
      counted += ready->duration();
    }
    if (!counts(run)) continue;
    const Window& window = run.windows.back();
    counted += run.warm_up + window.duration();
    if (!window.total.value) {
      spent.complete = false;
      continue;
    }
    spent.windows += *window.total.value;
    spent.warm_ups += (*window.total.value / window.duration()) * run.warm_up;
    spent.complete = spent.complete && window.complete;
    const auto provenance = window.total.provenance;
    spent.provenance =
        spent.provenance == record::Provenance::missing ? provenance : std::max(spent.provenance, provenance);
  }
  spent.time = recorded.experiment.elapsed;
  spent.rest = idle_power(recorded) * Seconds{std::max(0.0, (spent.time - counted).value)};
  return spent;
}

void add(record::Spent& sum, const record::Spent& part) {
  sum.windows += part.windows;
  sum.preparations += part.preparations;
  sum.warm_ups += part.warm_ups;
  sum.rest += part.rest;
  sum.time += part.time;
  sum.complete = sum.complete && part.complete;
  if (sum.provenance == record::Provenance::missing) {
    sum.provenance = part.provenance;
  } else if (part.provenance != record::Provenance::missing) {
    sum.provenance = std::max(sum.provenance, part.provenance);
  }
}

Joules Cost::of(const RungEffort& effort) const {
  constexpr Seconds kShortestWarmUp{0.25};
  const Seconds warm_up = std::max(batch, std::min(kShortestWarmUp, effort.warm_up_limit));
  const Seconds window = std::max(effort.window, static_cast<double>(effort.batches_per_window) * batch);
  return preparation + static_cast<double>(effort.repetitions) * (power * (warm_up + window));
}

std::optional<Cost> cost_of(const record::PlanPoint& point, std::span<const Recorded> rung) {
  for (const Recorded& recorded : rung) {
    const auto run = std::ranges::find_if(recorded.runs, [&](const Run& one) {
      return one.point == point.id && counts(one) && one.windows.back().total.value;
    });
    if (run == recorded.runs.end()) continue;
    const Window& window = run->windows.back();
    Cost cost;
    if (const record::Phase* ready = ready_phase(*run)) cost.preparation = ready->gross.value.value_or(Joules{});
    cost.power = *window.total.value / window.duration();
    cost.batch = window.duration() / static_cast<double>(window.batches);
    return cost;
  }
  return std::nullopt;
}

std::optional<Estimate<double>> payback(Joules spent, Joules default_energy, const Estimate<double>& ratio) {
  const auto images = [&](double r) {
    return r < 1.0 ? spent / (default_energy * (1.0 - r)) : std::numeric_limits<double>::infinity();
  };
  if (!(ratio.value < 1.0) || !(default_energy > Joules{})) return std::nullopt;
  return Estimate<double>{images(ratio.value), images(ratio.low), images(ratio.high)};
}

std::int64_t images_to_show(double share) {
  if (share >= 1.0) return kMostImages;
  // Wilson's lower bound of n in n is n / (n + z^2).
  const double needed = std::floor(kNormal95 * kNormal95 * share / (1.0 - share)) + 1.0;
  return std::clamp(static_cast<std::int64_t>(std::min(needed, 1e9)), kFewestImages, kMostImages);
}

}  // namespace wattlens::optimisation
