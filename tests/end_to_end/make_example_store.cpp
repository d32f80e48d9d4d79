// Makes a small store with two experiments, whose contents never change, for the end-to-end tests.
#include <cstdio>

#include "base/random.h"
#include "fake/example_summary.h"
#include "store/sqlite_store.h"

namespace {

using namespace wattlens;  // NOLINT(google-build-using-namespace): a program of one file

// One run of a point at `speed` images/s and 70 W, 45 W above idle.
record::Run run_at(const record::Experiment& experiment, std::int64_t order, const record::PlanPoint& point,
                   double speed) {
  record::Run run;
  run.experiment = experiment.id;
  run.id = experiment.id + "/" + std::to_string(order);
  run.order = order;
  run.block = order / static_cast<std::int64_t>(experiment.points.size());
  run.point = point.id;
  run.stationary = true;
  run.output_check = {record::CheckStatus::passed, "PyTorch float64", 1e-3, 2e-2, true};
  const auto described = fake::example_point("", "bf16", 1, speed);
  run.workload = described.workload;
  record::Window window;
  window.end = {1'000'000'000};
  window.images = static_cast<std::int64_t>(speed * (1.0 + 0.002 * static_cast<double>(run.block)));
  window.batches = window.images / point.batch;
  window.total = fake::energy(70.0, 50.0, 100.0, record::Provenance::modelled);
  window.net_total = fake::energy(45.0, 25.0, 75.0, record::Provenance::modelled);
  window.sums = {"cpu.package.0"};
  run.windows.push_back(window);
  run.samples.channels = {"cpu.package.0"};
  run.samples.time_us = {0, 500'000, 1'000'000};
  run.samples.bracket_us = {3, 3, 4};
  run.samples.values = {{0, 35'000'000, 70'000'000}};
  return run;
}

Result<void> fill(store::SqliteStore& store, const std::string& id, const std::string& created_at, bool finish) {
  record::Experiment experiment = fake::example_described_experiment();
  experiment.id = id;
  experiment.created_at = created_at;
  experiment.status = record::ExperimentStatus::running;
  for (const char* model : {"resnet50", "vit_b_16"}) {
    for (const std::int64_t batch : {1, 8}) {
      experiment.points.push_back(fake::example_point(model, "bf16", batch, 1.0).point);
    }
  }
  for (int block = 0; block < 5; ++block) {
    for (const auto& point : experiment.points) experiment.order.push_back(point.id);
  }
  WATTLENS_CHECK(store.begin(experiment));
  const double speeds[] = {500.0, 900.0, 100.0, 140.0};
  const std::int64_t runs = finish ? 20 : 7;
  for (std::int64_t order = 0; order < runs; ++order) {
    const auto place = static_cast<std::size_t>(order) % experiment.points.size();
    WATTLENS_CHECK(store.add(run_at(experiment, order, experiment.points[place], speeds[place])));
  }
  if (!finish) return {};  // as after a crash
  experiment.status = record::ExperimentStatus::done;
  for (const auto& point : experiment.points) experiment.stops.push_back({point.id, "width"});
  return store.end(experiment);
}

// 40 runs of 10 s and two seconds between them, whose power changes at random: what a wall meter can be held against.
Result<void> fill_for_wall(store::SqliteStore& store) {
  record::Experiment experiment = fake::example_described_experiment();
  experiment.id = "20261121T140000-0a11";
  experiment.created_at = "2026-11-21T14:00:00Z";
  experiment.status = record::ExperimentStatus::running;
  experiment.points.push_back(fake::example_point("resnet50", "bf16", 1, 1.0).point);
  WATTLENS_CHECK(store.begin(experiment));
  base::Random random(5);
  std::int64_t energy_uj = 0;
  std::int64_t watts = 50;
  for (std::int64_t order = 0; order < 40; ++order) {
    record::Run run = run_at(experiment, order, experiment.points.front(), 500.0);
    run.samples = {.channels = {"cpu.package.0"}, .values = {{}}};
    for (std::int64_t i = 0; i <= 100; ++i) {
      if (i % 25 == 0) watts = 40 + static_cast<std::int64_t>(random.below(120));
      if (i > 0) energy_uj += watts * 100'000;
      run.samples.time_us.push_back(order * 12'000'000 + i * 100'000);
      run.samples.bracket_us.push_back(3);
      run.samples.values.front().push_back(energy_uj);
    }
    run.elapsed = {10.0 + 12.0 * static_cast<double>(order)};
    WATTLENS_CHECK(store.add(run));
  }
  experiment.status = record::ExperimentStatus::done;
  return store.end(experiment);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2 && argc != 3) {
    std::fputs("usage: make_example_store FILE [wall]\n", stderr);
    return 2;
  }
  auto store = store::SqliteStore::open(argv[1]);
  Result<void> done;
  if (!store) done = std::unexpected(store.error());
  if (done) done = fill(**store, "20261121T100000-4f2a", "2026-11-21T10:00:00Z", true);
  if (done) done = fill(**store, "20261121T120000-77aa", "2026-11-21T12:00:00Z", false);
  if (done && argc == 3) done = fill_for_wall(**store);
  if (done) return 0;
  std::fprintf(stderr, "%s\n", done.error().message.c_str());
  return 1;
}
