// What a command needs to measure plan points: the machine for itself, its settings, its sensors, the store.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/cancel.h"
#include "base/clock.h"
#include "cli/machine_lock.h"
#include "cli/machine_settings.h"
#include "cli/run_options.h"
#include "cli/sensors.h"
#include "experiment/continuation.h"
#include "experiment/plan.h"
#include "experiment/runner.h"
#include "record/machine_state.h"
#include "store/sqlite_store.h"
#include "worker/engine_location.h"
#include "workload/image_input.h"
#include "workload/work_progress.h"

namespace wattlens::cli {

// Clock and lock are there from the beginning, the rest in the order in which it may fail. Neither copied nor moved.
struct Bench {
  base::SystemClock clock;
  MachineLock lock;
  std::vector<worker::EngineLocation> engines;
  MachineSettings settings;
  record::MachineState machine;
  workload::WorkProgress progress;
  std::optional<workload::ImageInput> images;  // in place of seeded numbers
  std::optional<Sensors> sensors;
  std::unique_ptr<store::SqliteStore> store;
  std::vector<record::Warning> run_warnings;  // that every run gets
  std::string part;                           // what of a longer work is measured now; before the progress

  Bench() = default;
  Bench(const Bench&) = delete;
  Bench& operator=(const Bench&) = delete;
};

// Takes the machine, and says so where others measure too. `what` tells them what is measured.
Result<void> take_machine(Bench& bench, const RunOptions& options, std::string_view what,
                          const base::Cancellation& cancel);

// Of a machine that was taken: changes the settings asked for, reads the machine's state with them, opens its sensors
// (those of `scenario` where there is one) and the store. `bench.engines` are the caller's.
Result<void> open_bench(Bench& bench, const RunOptions& options, std::optional<simulation::Scenario> scenario,
                        std::string_view what);

// One line on standard error where nothing measures energy here: what the joules are then.
void say_what_energy_is(const Bench& bench, const RunOptions& options);

// Plan points whose names are known to be right; see experiment::Instruments for `decided`. May be called again for
// another plan: settings are as they were set until give_back().
Result<experiment::Outcome> measure(Bench& bench, const experiment::Plan& plan, const RunOptions& options,
                                    const base::Cancellation& cancel,
                                    std::optional<experiment::Continuation> continuation = std::nullopt,
                                    const decltype(experiment::Instruments::decided)& decided = {});

// The settings as they were before; what could not be restored is stored with the experiment.
Result<void> give_back(Bench& bench, record::Experiment& experiment);

}  // namespace wattlens::cli
