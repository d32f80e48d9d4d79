// The energy of a power gauge over one window, with what is not known about it as terms of an error. Pure functions.
// docs/measurement.md, "Gauges".
#pragma once

#include "base/clock.h"
#include "meter/channel_energy.h"
#include "meter/gauge_readings.h"
#include "record/channel.h"
#include "record/run.h"

namespace wattlens::meter {

// How long after a step of the power the readings have forgotten what was before: lag, averaging window and the time
// that a reading stands (observed, else nominal). 0 where nothing is known of the sensor.
base::Seconds settling_time(const record::Channel& channel, base::Seconds observed_period = {});

// Says so where no reading came for more than a few of the usual steps.
void warn_of_gap(const record::Channel& channel, const GaugeIntegral& integral, base::Seconds usual_step,
                 ChannelResult& result);

// As measure_channel() of meter/channel_energy.h, for channels of kind power.
ChannelResult measure_gauge(const record::Channel& channel, const record::Samples& samples, std::size_t index,
                            base::MonoTime begin, base::MonoTime end, base::Seconds batch);

}  // namespace wattlens::meter
