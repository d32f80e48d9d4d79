// What a counter or a gauge shows at one moment inside a command, and what is not known of it. Pure functions.
// docs/measurement.md, "Regions".
#pragma once

#include <optional>
#include <span>

#include "base/units.h"
#include "meter/edges.h"
#include "meter/gauge_readings.h"
#include "record/channel.h"

namespace wattlens::meter {

// The energy until a moment. Half-widths in joules.
struct MarkCut {
  base::Joules value;
  base::Joules phase;    // by where the moment fell between updates: of either sign, another one at the next moment
  base::Joules bias;     // by power that changes at the moment: the same sign each time
  base::Joules below;    // what the counter showed before the moment ...
  base::Joules above;    // ... and after it
  base::Seconds before;  // it takes so long before the moment to see the power there ...
  base::Seconds after;   // ... and so long after it
};

// Empty where there is no edge on one of the sides, or energy was lost between them. `time` counts as the track does.
std::optional<MarkCut> cut_at_mark(const Track& track, base::Seconds time);

// Of a gauge: the integral of its readings until the moment is shown. `joules` belongs to each of its points. Empty
// where the readings end before that. A reading stands for `period`.
std::optional<MarkCut> cut_at_mark(const record::Channel& channel, const Gauge& gauge,
                                   std::span<const base::Joules> joules, base::Seconds time, base::Seconds period);

}  // namespace wattlens::meter
