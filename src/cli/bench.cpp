#include "cli/bench.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <utility>

#include "cli/progress_line.h"
#include "cli/store_path.h"
#include "cli/warnings.h"
#include "cli/workload_factory.h"
#include "experiment/neighbour_history.h"
#include "machine/machine.h"
#include "report/simulated.h"

namespace wattlens::cli {

Result<void> take_machine(Bench& bench, const RunOptions& options, std::string_view what,
                          const base::Cancellation& cancel) {
  WATTLENS_TRY(bench.lock, lock_machine(options, what, bench.clock, cancel));
  say_warnings(bench.lock.warnings);
  return {};
}

Result<void> open_bench(Bench& bench, const RunOptions& options, std::optional<simulation::Scenario> scenario,
                        std::string_view what) {
  WATTLENS_TRY(bench.settings,
               MachineSettings::begin(options.settings, bench.lock.held.has_value(), what, bench.clock));
  bench.machine = machine::read_machine();
  bench.machine.settings = bench.settings.recorded();
  bench.sensors = open_sensors(std::move(scenario), bench.clock, bench.machine,
                               [&](base::MonoTime time) { return bench.progress.images_until(time); });
  WATTLENS_TRY(bench.store, open_store(options.store, store::Access::write));
  bench.run_warnings = bench.sensors->warnings;
  for (const auto& more : {bench.lock.warnings, bench.settings.warnings()}) {
    bench.run_warnings.insert(bench.run_warnings.end(), more.begin(), more.end());
  }
  return {};
}

void say_what_energy_is(const Bench& bench, const RunOptions& options) {
  const meter::MeterSet& meters = bench.sensors->meters;
  if (meters.anything_measured()) return;
  if (report::simulated(meters.channels())) {
    fmt::print(stderr, "{} The sensors are those of {}.\n", report::kSimulatedLine, options.simulate.string());
    return;
  }
  const bool modelled = std::ranges::any_of(meters.channels(), [](const record::Channel& channel) {
    return channel.provenance == record::Provenance::modelled;
  });
  fmt::print(stderr, "No energy sensor can be read here: {}; `{} doctor` tells which sensor would measure.\n",
             modelled ? "every joule is modelled from the processor's load" : "there will be no joules",
             options.program);
}

Result<experiment::Outcome> measure(Bench& bench, const experiment::Plan& plan, const RunOptions& options,
                                    const base::Cancellation& cancel,
                                    std::optional<experiment::Continuation> continuation,
                                    const decltype(experiment::Instruments::decided)& decided) {
  experiment::NeighbourHistory neighbours(bench.clock);
  ProgressLine line(stderr);
  const experiment::Instruments instruments{
      .clock = bench.clock,
      .meters = bench.sensors->meters,
      .neighbours = {.mark = [&] { neighbours.mark(); },
                     .forget = [&] { neighbours.forget(); },
                     .look = [&] { return neighbours.since_mark(); }},
      .make_workload =
          [&](const record::PlanPoint& point) {
            return make_workload(point, bench.engines, bench.machine, plan, options, bench.progress, bench.clock,
                                 cancel, bench.images ? &*bench.images : nullptr);
          },
      .sink = *bench.store,
      .cancel = cancel,
      .progress = [&](const experiment::Progress& state) { line.show(state, bench.part); },
      .run_warnings = bench.run_warnings,
      .set_machine = [&](const record::PlanPoint& point) { return bench.settings.change_to(point.settings); },
      .decided = decided,
  };
  return continuation ? experiment::resume_experiment(*std::move(continuation), plan, bench.machine, instruments)
                      : experiment::run_experiment(plan, bench.machine, instruments);
}

Result<void> give_back(Bench& bench, record::Experiment& experiment) {
  return bench.settings.end(experiment, *bench.store);
}

}  // namespace wattlens::cli
