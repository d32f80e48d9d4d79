// An experiment that served requests as a plot. Pure.
#pragma once

#include "plot/plot.h"
#include "record/experiment.h"

namespace wattlens::report {

// Energy per request of every policy with its 95 % interval, for each group of points that differ in their policy;
// energy against mean response time; and for up to kMostDistributions networks and ways in which requests come, how the
// response times of all requests spread. Policies whose queue only grows have no response time to show.
inline constexpr std::size_t kMostDistributions = 4;
plot::Plot batching_plot(const record::ExperimentSummary& summary);

}  // namespace wattlens::report
