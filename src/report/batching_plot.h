// A batching study as a plot. Pure.
#pragma once

#include "plot/plot.h"
#include "record/batching_study.h"

namespace wattlens::report {

// Energy per request of every network and policy with its 95 % interval; energy against mean response time; and for up
// to kMostDistributions networks and ways in which requests come, how the response times of all requests spread.
// Policies whose queue only grows have no response time to show.
inline constexpr std::size_t kMostDistributions = 4;
plot::Plot batching_plot(const record::BatchingStudy& study);

}  // namespace wattlens::report
