#include "experiment/lifecycle.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/random.h"

namespace wattlens::experiment {

std::string new_experiment_id(const base::Clock& clock, std::uint64_t seed) {
  std::string time;
  for (const char c : clock.wall_time()) {
    if (c != '-' && c != ':' && c != 'Z') time += c;
  }
  const std::uint64_t tail = base::derive_seed(seed, std::to_string(clock.now().ns));
  return fmt::format("{}-{:04x}", time, tail & 0xffff);
}

record::Experiment new_experiment(const base::Clock& clock, std::uint64_t seed) {
  record::Experiment experiment;
  experiment.id = new_experiment_id(clock, seed);
  experiment.created_at = clock.wall_time();
  experiment.seed = seed;
  return experiment;
}

Position reopen(record::Experiment& experiment, std::span<const record::Run> runs, const record::MachineState& machine,
                std::span<const record::Channel> channels, std::vector<record::Warning> warnings,
                const base::Clock& clock) {
  experiment.status = record::ExperimentStatus::running;
  experiment.finished_at.clear();
  experiment.stops.clear();
  experiment.order.clear();
  Position position{.spent = experiment.elapsed};
  for (const record::Run& run : runs) {
    experiment.order.push_back(run.point);
    position.order = std::max(position.order, run.order + 1);
    position.block = std::max(position.block, run.block);
    position.spent = std::max(position.spent, run.elapsed);
  }
  experiment.resumptions.push_back({.resumed_at = clock.wall_time(),
                                    .first_run = position.order,
                                    .machine = machine,
                                    .channels = {channels.begin(), channels.end()}});
  std::ranges::move(warnings, std::back_inserter(experiment.warnings));
  return position;
}

void close(record::Experiment& experiment, std::span<const record::Run> runs, bool cut, base::Seconds elapsed,
           const base::Clock& clock) {
  const bool any_done =
      std::ranges::any_of(runs, [](const record::Run& run) { return run.status == record::RunStatus::done; });
  experiment.status = cut        ? record::ExperimentStatus::interrupted
                      : any_done ? record::ExperimentStatus::done
                                 : record::ExperimentStatus::failed;
  experiment.finished_at = clock.wall_time();
  experiment.elapsed = elapsed;
}

}  // namespace wattlens::experiment
