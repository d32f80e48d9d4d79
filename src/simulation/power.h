// True power as a closed form of time, and its exact integral: the truth that a simulated sensor is judged by.
//
// A power is the sum of its terms. Time counts from the start of the simulation; before it the power is that at 0.
// Plain values and pure functions; thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/units.h"

namespace wattlens::simulation {

using base::Joules;
using base::Seconds;
using base::Watts;

// From `at` on it is `power`, until the next step; nothing before the first. Ascending.
struct Step {
  Seconds at;
  Watts power;
};

// `high` for the first `share` of each period, else `low`; a period begins at `phase`.
struct Square {
  Watts low;
  Watts high;
  Seconds period;      // > 0
  double share = 0.5;  // [0, 1]
  Seconds phase;
};

// `low` until `begin`, `high` from `end` on, a straight line between.
struct Ramp {
  Seconds begin;
  Seconds end;  // > begin
  Watts low;
  Watts high;
};

// One burst of `high` in each interval of `every`, at a place that the seed decides.
struct Bursts {
  Watts high;
  Seconds length;  // <= every
  Seconds every;   // > 0
  std::uint64_t seed = 0;
};

// The work of whoever runs the simulation is one more term: `per_image` for each image that it has done
// (Scenario::images). It has no closed form in time, and is in neither at() nor energy().
struct Power {
  Watts constant;
  std::vector<Step> steps;
  std::optional<Square> square;
  std::optional<Ramp> ramp;
  std::optional<Bursts> bursts;
  Watts load;                    // more while the load of a calibration is on (LoadableMeter)
  std::vector<Step> load_steps;  // of that, until now
  Joules per_image;

  Watts at(Seconds time) const;
  Joules energy(Seconds time) const;  // from 0 to `time`, which may be negative
};

}  // namespace wattlens::simulation
