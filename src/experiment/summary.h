// What the runs of an experiment say together: per point a mean with its interval, per network the cheapest batch.
//
// Works on stored records alone, so an experiment can be analysed again anywhere. Formulas: docs/measurement.md. Pure
// and thread-safe.
#pragma once

#include <span>

#include "record/experiment.h"
#include "record/run.h"

namespace wattlens::experiment {

// Runs of other experiments are left out. Points without a run are there with 0 repetitions.
record::ExperimentSummary summarise(const record::Experiment& experiment, std::span<const record::Run> runs);

}  // namespace wattlens::experiment
