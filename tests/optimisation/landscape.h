// A made-up machine on which the energy and time of every configuration are known, for tests of the search.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "base/random.h"
#include "optimisation/search.h"

namespace wattlens::optimisation {

struct Truth {
  double energy_j = 0.0;  // per image
  double batch_s = 0.0;
  double preparation_j = 0.0;
};

// Windows scatter by `spread` per second^-0.5 and repetitions by `between` besides; all of it lognormal.
class Landscape {
 public:
  static constexpr double kPower = 50.0;
  static constexpr double kIdle = 20.0;

  Landscape(std::span<const record::PlanPoint> points, std::uint64_t seed, double spread = 0.02, double between = 0.02)
      : random_(seed), spread_(spread), between_(between) {
    // Batching saves up to half, until `turn`; beyond it the caches are too small.
    const double turn = std::exp2(1.0 + std::floor(5.0 * random_.uniform()));
    const double bf16 = random_.uniform(0.4, 1.1);
    const double throughput = random_.uniform(0.8, 1.2);
    for (const record::PlanPoint& point : points) {
      const auto batch = static_cast<double>(point.batch);
      double image_s = 0.004 * (0.5 + 0.5 / batch) * (1.0 + 0.1 * std::max(0.0, std::log2(batch / turn)));
      if (point.precision == "bf16") image_s *= bf16;
      if (point.hint == "throughput") image_s *= throughput;
      if (point.threads == 1) image_s *= 1.5;
      image_s *= std::exp(0.05 * random_.normal());
      truth_[point.id] = {kPower * image_s, batch * image_s, 60.0};
    }
  }

  const Truth& of(const std::string& id) const { return truth_.at(id); }

  experiment::Recorded measure(const RungRequest& request) {
    experiment::Recorded recorded;
    recorded.experiment.id = fmt::format("rung{}-{}", request.rung, request.wave);
    recorded.experiment.status = record::ExperimentStatus::done;
    recorded.experiment.points = request.points;
    recorded.experiment.idle_before = {{"cpu.package.0", {kIdle}, {{kIdle}, {kIdle}}}};
    double elapsed = 3.0;
    for (std::int64_t block = 0; block < request.effort.repetitions; ++block) {
      for (const record::PlanPoint& point : request.points) {
        record::Run run = one_run(point, block, request.effort);
        run.experiment = recorded.experiment.id;
        elapsed += run.windows.back().duration().value + run.warm_up.value + (block == 0 ? 1.5 : 0.0);
        recorded.runs.push_back(std::move(run));
      }
    }
    recorded.experiment.elapsed = {elapsed};
    asked.push_back(request);
    return recorded;
  }

  std::vector<RungRequest> asked;

 private:
  record::Run one_run(const record::PlanPoint& point, std::int64_t block, const RungEffort& effort) {
    const Truth& truth = truth_.at(point.id);
    record::Run run;
    run.point = point.id;
    run.block = block;
    run.workload.streams = 1;
    run.warm_up = {std::max(0.25, truth.batch_s)};
    run.preparation = {{"ready", {}, base::MonoTime{} + base::Seconds{1.5}, {.value = base::Joules{60.0}}, {}, true}};
    record::Window window;
    window.batches =
        std::max(effort.batches_per_window, static_cast<std::int64_t>(std::ceil(effort.window.value / truth.batch_s)));
    window.images = window.batches * point.batch;
    const double length = static_cast<double>(window.batches) * truth.batch_s;
    const double noise = std::hypot(between_, spread_ / std::sqrt(length));
    const double slower = std::exp(noise * random_.normal());
    window.end = window.begin + base::Seconds{length * slower};
    window.batch_us = {std::llround(1e6 * truth.batch_s * slower)};  // one stands for all: they are equal
    const double energy = truth.energy_j * static_cast<double>(window.images) * std::exp(noise * random_.normal());
    window.total = {.value = base::Joules{energy}, .provenance = record::Provenance::simulated};
    window.sums = {"cpu.package.0"};
    run.windows = {std::move(window)};
    return run;
  }

  base::Random random_;
  double spread_;
  double between_;
  std::map<std::string, Truth> truth_;
};

// mobilenet_v2 with f32 and bf16, both hints, batches 1 to 64, two numbers of threads: 56 candidates.
inline Space usual_space() {
  experiment::Axes axes;
  axes.models = {"mobilenet_v2"};
  axes.precisions = {"f32", "bf16"};
  axes.hints = {"latency", "throughput"};
  axes.batches = {1, 2, 4, 8, 16, 32, 64};
  axes.threads = {0, 1};
  const std::vector<Capability> all = {{"openvino", "cpu", {"f32", "bf16"}}};
  return make_space(axes, all, 2);
}

}  // namespace wattlens::optimisation
