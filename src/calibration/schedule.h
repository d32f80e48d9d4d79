// When a load goes on and off so that a sensor's answer tells its window, its lag and what it sees of a period. Pure
// functions, thread-safe.
#pragma once

#include <vector>

#include "base/random.h"
#include "base/units.h"

namespace wattlens::calibration {

struct Segment {
  base::Seconds length;
  bool on = false;
};

// Steps of random lengths, 0.15 to 1.2 s times `scale`: no period of a sensor keeps step with them.
std::vector<Segment> random_steps(base::Random& random, double scale);

// A square wave locked to `period`, on for half of it, at eight phases one after the other.
std::vector<Segment> locked_square(base::Seconds period);

base::Seconds length_of(const std::vector<Segment>& segments);

}  // namespace wattlens::calibration
