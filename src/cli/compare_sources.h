// Where the runs that `wattlens compare` compares come from: measured now, or stored.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>

#include "base/cancel.h"
#include "base/result.h"
#include "cli/compare_options.h"
#include "experiment/comparison.h"
#include "meter/meter_set.h"
#include "record/machine_state.h"
#include "report/format.h"
#include "simulation/scenario.h"

namespace wattlens::cli {

// What is to be known before and during a measurement.
struct CompareHooks {
  // Asked before anything is measured; an error ends it there.
  std::function<Result<void>(const record::MachineState&, const meter::MeterSet&)> may_begin;
  // Asked after every block; true ends the measurement.
  std::function<bool(const record::Experiment&, std::span<const record::Run>)> decided;
  std::int64_t most_blocks = 24;
  std::optional<simulation::Scenario> scenario{};  // of --simulate
};

struct Measured {
  experiment::Recorded recorded;
  std::optional<Error> storage_failure;
};

// Plan points or commands, measured now and stored run by run.
Result<Measured> measure_sides(const CompareOptions& options, const CompareHooks& hooks,
                               const base::Cancellation& cancel);

// What would be measured, and how long that takes as far as it can be known; measures nothing.
Result<std::string> plan_text(const CompareOptions& options, const CompareHooks& hooks, report::Format format,
                              const base::Cancellation& cancel);

// Of the interrupted comparison that options.run.resume names: whether it may stop at planned looks.
Result<bool> was_planned_with_looks(const CompareOptions& options);

// A stored experiment, by the beginning of its id.
Result<experiment::Recorded> load_recorded(const CompareOptions& options, const std::string& id);

}  // namespace wattlens::cli
