// Small, complete records for the tests of what stores and shows them.
#pragma once

#include <cstdint>
#include <string>

#include "base/random.h"
#include "record/run_sink.h"

namespace wattlens::fake {

inline record::Experiment example_experiment(const std::string& id = "20261121T100000-4f2a") {
  record::Experiment experiment;
  experiment.id = id;
  experiment.title = "batching";
  experiment.created_at = "2026-11-21T10:00:00Z";
  experiment.status = record::ExperimentStatus::running;
  experiment.seed = 42;
  experiment.plan = {{"schema", "wattlens.plan/1"}, {"models", {"resnet50"}}};
  experiment.machine.cpu.model_name = "Example CPU";
  for (const std::int64_t batch : {1, 8}) {
    record::PlanPoint point;
    point.model = "resnet50";
    point.batch = batch;
    point.id = "resnet50/b" + std::to_string(batch);
    experiment.points.push_back(point);
    experiment.order.push_back(point.id);
  }
  return experiment;
}

inline record::Run example_run(const record::Experiment& experiment, std::int64_t order, std::size_t samples = 0) {
  record::Run run;
  run.experiment = experiment.id;
  run.order = order;
  run.id = experiment.id + "/" + std::to_string(order);
  run.point = experiment.points[static_cast<std::size_t>(order) % experiment.points.size()].id;
  record::Window window;
  window.begin = {0};
  window.end = {2'000'000'000};
  window.images = 100;
  window.total.value = record::Joules{50.0};
  window.total.provenance = record::Provenance::modelled;
  run.windows.push_back(window);
  run.samples.channels = {"cpu.package.0", "cpu.dram.0"};
  run.samples.values.resize(2);
  base::Random random(static_cast<std::uint64_t>(order));
  for (std::size_t i = 0; i < samples; ++i) {
    const auto number = static_cast<std::int64_t>(i);
    run.samples.time_us.push_back(number * 10'000);
    run.samples.bracket_us.push_back(3);
    run.samples.values[0].push_back(number * 500'000 + static_cast<std::int64_t>(random.below(30'000)));
    run.samples.values[1].push_back(i % 10 == 3 ? record::Samples::kNoReading : number * 1000);
  }
  return run;
}

}  // namespace wattlens::fake
