// An experiment and a comparison as plots. Pure functions.
#pragma once

#include "plot/plot.h"
#include "record/comparison.h"
#include "record/experiment.h"

namespace wattlens::report {

// Energy and time per image: over the batch size, with a curve for each group of points that differ in their batch
// alone; of a single batch size, point by point. A panel without a single value is left out: of an experiment that
// measured no energy the time remains. Of one that served requests, batching_plot().
plot::Plot experiment_plot(const record::ExperimentSummary& summary);

// The differences of each pair, candidate against base, with the equivalence limit shaded. A pair without a ratio has
// no point, and the note counts it.
plot::Plot comparison_plot(const record::ComparisonResult& result);

}  // namespace wattlens::report
