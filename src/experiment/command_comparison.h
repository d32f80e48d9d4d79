// Runs several commands in turn, block by block, and measures each: the repetitions that compare() needs.
//
// Each command goes to `sh -c`, so that pipes and variables work; its standard output and input are /dev/null, because
// it runs many times; the shell's start is in the figures of all sides alike (about 1 ms).
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/cancel.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/result.h"
#include "experiment/continuation.h"
#include "experiment/progress.h"
#include "experiment/runner.h"
#include "meter/meter_set.h"
#include "record/machine_state.h"
#include "record/run_sink.h"

namespace wattlens::experiment {

struct CommandPlan {
  std::vector<std::string> commands;    // one or more; equal ones are told apart by a number
  std::int64_t most_blocks = 24;        // every block runs each command once, in random order
  std::int64_t warm_ups = 1;            // of each command before the first block, not counted
  bool planned_looks = false;           // as Effort::planned_looks
  std::uint64_t seed = 0;               // of the order
  base::Seconds idle;                   // looks at idle power before and after each run last at least so long
  std::optional<base::Seconds> budget;  // for everything: no block is begun that would not fit
  std::string title;
  std::vector<int> ignored_signals;       // as in workload::CommandOptions
  std::vector<record::Channel> channels;  // of the meters, those that count
};

struct CommandTools {
  base::Clock& clock;
  meter::MeterSet& meters;
  record::RunSink& sink;
  const base::Cancellation& cancel;
  ProgressSink progress;                        // may be empty
  std::vector<record::Warning> run_warnings{};  // that every run gets
  // Asked after every block; true ends the comparison. May be empty.
  std::function<bool(const record::Experiment&, std::span<const record::Run>)> decided{};
};

inline constexpr std::string_view kCommandPlanSchema = "wattlens.command_plan/1";
base::Json to_json(const CommandPlan& plan);
Result<CommandPlan> command_plan_from_json(const base::Json& json);  // without title, signals and channels

// Every run is stored as it ends. A command that fails (any status but 0) is recorded and ends the comparison, as does
// an interruption; what was measured is kept. Fails only where nothing can begin.
Result<Outcome> compare_commands(const CommandPlan& plan, const record::MachineState& machine,
                                 const CommandTools& tools);

// Goes on where it was interrupted: warms up again, then runs what is left of the last block, and the blocks after it.
// `plan` is the stored one.
Result<Outcome> resume_commands(const CommandPlan& plan, Continuation continuation, const record::MachineState& machine,
                                const CommandTools& tools);

}  // namespace wattlens::experiment
