// The search for the cheapest configuration as a plot. Pure.
#pragma once

#include "plot/plot.h"
#include "record/optimisation.h"

namespace wattlens::report {

// Energy per image against the time of a batch, of every candidate that has both, with their frontier and the limit on
// the time; the winner and the default are named. The bounds are those of each candidate's own rung.
plot::Plot optimisation_plot(const record::Optimisation& found);

}  // namespace wattlens::report
