#include "study/service_model.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "stats/summary.h"

namespace wattlens::study {
namespace {

constexpr std::int64_t kLargest = 128;
using record::kNormal95;

// Times of the batches of `size` in one window, in seconds.
std::vector<double> batch_times(const record::Window& window, std::int64_t size) {
  std::vector<double> times;
  const record::Served& served = *window.served;
  for (std::size_t i = 0; i < served.sizes.size(); ++i) {
    if (served.sizes[i] == size) times.push_back(1e-6 * static_cast<double>(served.end_us[i] - served.begin_us[i]));
  }
  return times;
}

// Relative standard uncertainty of a mean of so many values; 0 where one alone says nothing of it.
double uncertainty_of_mean(const std::vector<double>& values) {
  const auto deviation = stats::coefficient_of_variation(values);
  return deviation ? *deviation / std::sqrt(static_cast<double>(values.size())) : 0.0;
}

double energy_uncertainty(const record::Energy& energy) {
  if (!energy.relative || energy.value->value <= 0.0) return 0.0;
  return 0.5 * (energy.relative->high - energy.relative->low).value / kNormal95 / energy.value->value;
}

// Idle power of the channels that the windows' totals sum.
base::Watts idle_power(const record::Experiment& experiment, std::span<const record::Run> runs) {
  const auto& idle = experiment.idle_loaded.empty() ? experiment.idle_before : experiment.idle_loaded;
  base::Watts sum;
  for (const record::Run& run : runs) {
    if (run.windows.empty()) continue;
    for (const std::string& channel : run.windows.back().sums) {
      const auto found = std::ranges::find(idle, channel, &record::IdleBaseline::channel);
      if (found != idle.end()) sum += found->power;
    }
    break;
  }
  return sum;
}

}  // namespace

experiment::Plan service_plan(experiment::Plan plan) {
  plan.axes.arrivals = {fmt::format("closed:{}", kLargest)};
  plan.axes.policies.clear();
  for (std::int64_t size = 1; size <= kLargest; size *= 2) plan.axes.policies.push_back(std::to_string(size));
  plan.axes.requests = kLargest;
  if (plan.title.empty()) plan.title = "study batching: service times";
  return plan;
}

Result<serving::ServiceModel> service_model(const record::ExperimentSummary& summary, std::span<const record::Run> runs,
                                            const std::string& model) {
  serving::ServiceModel service;
  service.idle = idle_power(summary.experiment, runs);
  for (const record::PointSummary& point : summary.points) {
    if (point.point.model != model) continue;
    const auto size = static_cast<std::int64_t>(std::stoll(point.point.policy));
    std::vector<double> means;
    for (const record::Run& run : runs) {
      if (run.point != point.point.id || run.windows.empty() || !run.windows.back().served) continue;
      const std::vector<double> times = batch_times(run.windows.back(), size);
      const auto mean = stats::mean(times);
      if (!mean) continue;
      means.push_back(*mean);
      for (const double time : times) service.noise.push_back(time / *mean);
    }
    if (means.empty()) {
      return fail(ErrorKind::run_failed,
                  fmt::format("batches of {} of {} were not measured{}", size, model,
                              point.failure ? ": " + point.failure->message : ""),
                  point.failure ? point.failure->hint : "give it more time: --budget");
    }
    if (!point.energy_per_image.value) {
      return fail(ErrorKind::not_measurable, fmt::format("batches of {} of {} have no energy", size, model),
                  "`wattlens doctor` tells which sensor would measure it");
    }
    service.points.push_back({.batch = size,
                              .time = {stats::mean(means).value_or(0.0)},
                              .energy = static_cast<double>(size) * *point.energy_per_image.value,
                              .time_uncertainty = uncertainty_of_mean(means),
                              .energy_uncertainty = energy_uncertainty(point.energy_per_image)});
  }
  return service;
}

}  // namespace wattlens::study
