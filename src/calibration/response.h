// How a sensor answers to a load that goes on and off: over how long it averages, and how late. Pure functions,
// thread-safe. docs/calibrate.md
//
// Model: update n, seen at t_n, shows c0 + c1 x (share of [t_n - lag - window, t_n - lag] that the load was on) +
// noise. Steps of the load make ramps as long as the window; a load locked to the update period shows, phase by phase,
// which part of the period is seen (Yang, Adamek, Armour, "Part-time Power Measurements", arXiv 2312.02741). Both are
// in one least-squares fit. Its errors are those of a jackknife over blocks of time (CV3 of MacKinnon, Nielsen and Webb
// 2023, "Cluster-robust inference: a guide to empirical practice", J. Econometrics 232), so that errors which stay for
// a while, as a processor's that warms, and blocks that weigh a lot, do not make the intervals too narrow.
#pragma once

#include <span>

#include "calibration/figures.h"
#include "calibration/load_history.h"
#include "calibration/updates.h"

namespace wattlens::calibration {

struct Response {
  Finding<Seconds> averaging_window;
  Finding<Seconds> lag;
  Finding<Watts> load_power;
};

// `poll` is the time between samples: what is shorter cannot be told. `noise` is that of single updates at rest, where
// it is known: readings that follow the load far worse than that are not told by this model.
Response find_response(std::span<const Update> updates, const LoadHistory& load, Seconds poll,
                       const Finding<Watts>& noise);

}  // namespace wattlens::calibration
