// Runs an experiment: baselines, blocks of repetitions in random order, stopping; every run stored as soon as it ends.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/cancel.h"
#include "base/clock.h"
#include "experiment/continuation.h"
#include "experiment/plan.h"
#include "experiment/progress.h"
#include "experiment/repetition.h"
#include "experiment/residents.h"
#include "meter/meter_set.h"
#include "record/experiment.h"
#include "record/run_sink.h"

namespace wattlens::experiment {

// What an experiment works with. Everything outlives the call.
struct Instruments {
  base::Clock& clock;
  meter::MeterSet& meters;
  NeighbourProbe neighbours;
  WorkloadFactory make_workload;
  record::RunSink& sink;
  const base::Cancellation& cancel;
  ProgressSink progress;                        // may be empty
  std::vector<record::Warning> run_warnings{};  // that every run gets
  // Makes the machine's settings those of the point, before each of its runs, which gets the warnings; an error is that
  // of the run. May be empty where no point has settings.
  std::function<Result<std::vector<record::Warning>>(const record::PlanPoint&)> set_machine{};
  // Asked after every block; true ends all points with the reason "decided". May be empty.
  std::function<bool(const record::Experiment&, std::span<const record::Run>)> decided{};
};

struct Outcome {
  record::Experiment experiment;
  std::vector<record::Run> runs;         // all, without samples, which only the sink keeps
  std::optional<Error> storage_failure;  // the sink refused; the experiment ended there
};

// Fails only where nothing can begin: the sampler does not start, or the sink refuses the experiment. A point that
// fails is recorded and the others go on; a cancelled experiment ends cleanly with what is done.
Result<Outcome> run_experiment(const Plan& plan, const record::MachineState& machine, const Instruments& instruments);

// Goes on where the experiment stopped, as if it had not been interrupted: the rest of the block, then further blocks
// in the order that the seed gives; stop rules see the stored runs, the budget the time that was spent, and every point
// keeps its windows. Idle power is measured again and kept beside the first. `plan` is that of the stored experiment.
Result<Outcome> resume_experiment(Continuation continuation, const Plan& plan, const record::MachineState& machine,
                                  const Instruments& instruments);

}  // namespace wattlens::experiment
