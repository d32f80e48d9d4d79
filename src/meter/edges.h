// Finds the moments at which a counter changed, from samples of it, and how well each is known. Pure functions.
// docs/measurement.md, "Edges".
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/clock.h"
#include "base/units.h"
#include "record/channel.h"
#include "record/run.h"

namespace wattlens::meter {

// The counter took its value at a time that is equally likely anywhere in [time - half_width, time + half_width].
struct Edge {
  base::Seconds time;  // since the origin of its Track
  base::Seconds half_width;
  base::Joules value;  // since the first reading of the samples
};

// The counter stood still: the times of the first and the last reading of one value.
struct Rest {
  base::Seconds begin;
  base::Seconds end;
};

struct Track {
  base::MonoTime origin;
  std::vector<Edge> edges;    // ascending in time and value
  std::vector<Rest> rests;    // ascending
  base::Seconds period;       // observed mean time between edges; 0 with fewer than two
  base::Seconds poll;         // median time between samples
  base::Joules quantum;       // what all values are multiples of
  base::Seconds longest_gap;  // without a reading, inside the window
  bool any_reading = false;
  bool reset = false;  // energy was lost inside the window
  base::Seconds first_reading;
  base::Seconds last_reading;
};

// `index` is the place of the channel in `samples`. Edges on the far side of a reset outside the window are left out.
Track find_edges(const record::Channel& channel, const record::Samples& samples, std::size_t index,
                 base::MonoTime begin, base::MonoTime end);

}  // namespace wattlens::meter
