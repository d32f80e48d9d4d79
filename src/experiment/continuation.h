// Going on with an experiment that was interrupted: what is stored of it, and whether this machine is still the one.
#pragma once

#include <span>
#include <vector>

#include "base/result.h"
#include "record/experiment.h"
#include "record/run.h"

namespace wattlens::experiment {

struct Continuation {
  record::Experiment experiment;          // as stored
  std::vector<record::Run> runs;          // as stored, in order; samples are not needed
  bool retry_failed = false;              // points that failed get another chance
  std::vector<record::Warning> warnings;  // what has changed; goes into the experiment
};

// Two machines must not be mixed in one mean: fails with ErrorKind::usage where the processor, its number of cores, the
// memory or the sensors are not those that the experiment was measured with until now. Pure and thread-safe.
Result<void> check_same_machine(const record::Experiment& experiment, const record::MachineState& machine,
                                std::span<const record::Channel> channels);

// One warning per condition that has changed and may change a result: governor, turbo, kernel, version, ...; also what
// check_same_machine() refuses, for who goes on nevertheless. Pure and thread-safe.
std::vector<record::Warning> changed_conditions(const record::Experiment& experiment,
                                                const record::MachineState& machine,
                                                std::span<const record::Channel> channels);

// The same for what an engine says of a point's model: empty where nothing differs.
std::vector<record::Warning> changed_engine(const record::WorkloadInfo& before, const record::WorkloadInfo& now);

}  // namespace wattlens::experiment
