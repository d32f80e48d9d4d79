// The energy of a power gauge over one window, with what is not known about it as terms of an error. Pure functions.
// docs/measurement.md, "Gauges".
#pragma once

#include "base/clock.h"
#include "meter/channel_energy.h"
#include "record/channel.h"
#include "record/run.h"

namespace wattlens::meter {

// Widens an energy by what a sensor that looks only a part of the time (Channel::duty) cannot know: in the rest the
// power was anything from 0 to the part's limit, the same in every one of its periods where the load keeps step with
// it. Work that repeats many times within one look has shown its mean by then, to within the repetition that is cut
// off.
void add_blind_time(const record::Channel& channel, base::Seconds duration, base::Seconds batch, ChannelResult& result);

// As measure_channel() of meter/channel_energy.h, for channels of kind power.
ChannelResult measure_gauge(const record::Channel& channel, const record::Samples& samples, std::size_t index,
                            base::MonoTime begin, base::MonoTime end, base::Seconds batch);

}  // namespace wattlens::meter
