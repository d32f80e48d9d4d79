// The readings of a power gauge, and their integral. Pure functions.
#pragma once

#include <cstdint>
#include <vector>

#include "base/clock.h"
#include "base/units.h"
#include "meter/spread.h"
#include "record/run.h"

namespace wattlens::meter {

constexpr double kGaugeGap = 5.0;  // so many usual steps without a reading are a gap

struct GaugePoint {
  base::Seconds time;  // since the origin
  base::Watts power;
};

struct Gauge {
  std::vector<GaugePoint> points;  // ascending
  base::Seconds usual_step;
  base::Seconds update_period;  // observed: how long a value stays; 0 where none changed
  base::Watts low;
  base::Watts high;
  double square_of_changes = 0.0;  // W^2; mean, of neighbouring values that differ
  base::Watts resolution;          // a power of ten of which all readings are multiples; at most 1 W
};

// `index` is the place of the channel in `samples`. All but the points is 0 where there are fewer than two.
Gauge read_gauge(const record::Samples& samples, std::size_t index, base::MonoTime origin);

// Readings that move by less than two steps of the sensor's resolution hide how far the power is from them: half a step
// over `time`. Those that move more round it up as often as down.
void add_resolution(const Gauge& gauge, base::Seconds time, Spread& spread);

// The trapezoid over the readings between two times; repeated equal readings are readings.
struct GaugeIntegral {
  base::Joules energy;
  base::Seconds covered;
  base::Seconds longest_gap;
  Spread gaps;
  std::int64_t readings = 0;
};
GaugeIntegral integrate(const Gauge& gauge, base::Seconds begin, base::Seconds end);

}  // namespace wattlens::meter
