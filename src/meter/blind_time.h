// What a sensor that looks only a part of the time (Channel::duty) cannot know of an energy. Pure functions.
// docs/measurement.md, "Sensors that look a part of the time".
#pragma once

#include "base/units.h"
#include "meter/channel_energy.h"
#include "meter/edges.h"
#include "meter/gauge_readings.h"
#include "meter/phase_cover.h"
#include "record/channel.h"

namespace wattlens::meter {

// The looks inside a window and the range of what they showed.
struct Sight {
  Looks looks;
  base::Watts low;
  base::Watts high;
};

// Of a gauge whose values stay for `period` each, over so long a part of its readings.
Sight sight_of(const record::Channel& channel, const Gauge& gauge, base::Seconds period, base::Seconds length);

// Of a counter that adds up such a sensor: the looks between its edges, as many as `updates`.
Sight sight_of(const record::Channel& channel, const Track& track, std::int64_t updates);

// Widens an energy over `duration` of work in pieces of `batch`. Where no look ever fell the power was anything from 0
// to the part's limit, the same in every batch; elsewhere it was one of those seen, weighted by how often. Nothing is
// added for a sensor that sees all the time.
void add_blind_time(const record::Channel& channel, base::Seconds duration, base::Seconds batch, const Sight& sight,
                    ChannelResult& result);

}  // namespace wattlens::meter
