// A batching study as a plot. Pure.
#pragma once

#include "plot/plot.h"
#include "record/batching_study.h"

namespace wattlens::report {

// Energy per request of every network and policy with its 95 % interval; and energy against mean response time, without
// the policies whose queue only grows.
plot::Plot batching_plot(const record::BatchingStudy& study);

}  // namespace wattlens::report
