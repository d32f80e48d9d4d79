// All that a calibration's samples tell of one sensor. Pure functions, thread-safe. docs/calibrate.md
#pragma once

#include "calibration/figures.h"
#include "calibration/load_history.h"
#include "record/channel.h"
#include "record/run.h"

namespace wattlens::calibration {

// `samples` were taken several times per update, first at rest and then under `load`; `index` is the channel's place.
// The noise's interval is that of a normal sample's deviation, s x exp(±1.96/sqrt(2(n - 1))).
Figures estimate(const record::Channel& channel, const record::Samples& samples, std::size_t index,
                 const LoadHistory& load);

}  // namespace wattlens::calibration
