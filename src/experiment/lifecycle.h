// Begin, going on and end of an experiment's record, whoever measures it. Not thread-safe.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/units.h"
#include "record/experiment.h"
#include "record/run.h"

namespace wattlens::experiment {

// "20261121T100000-4f2a": sorts by time; the tail comes from the seed and the clock.
std::string new_experiment_id(const base::Clock& clock, std::uint64_t seed);

// With id, seed and time; title, plan, machine, channels and points are the caller's.
record::Experiment new_experiment(const base::Clock& clock, std::uint64_t seed);

// How far an experiment has come.
struct Position {
  std::int64_t order = 0;  // of the next run
  std::int64_t block = 0;  // the last one, perhaps only begun
  base::Seconds spent;     // on it, before it was interrupted
};

// Opens an interrupted experiment again: on this machine, with these channels, and what has changed as its warnings.
// `runs` are all that are stored of it.
Position reopen(record::Experiment& experiment, std::span<const record::Run> runs, const record::MachineState& machine,
                std::span<const record::Channel> channels, std::vector<record::Warning> warnings,
                const base::Clock& clock);

// Its status, time and end. `cut`: it was not let come to its end.
void close(record::Experiment& experiment, std::span<const record::Run> runs, bool cut, base::Seconds elapsed,
           const base::Clock& clock);

}  // namespace wattlens::experiment
