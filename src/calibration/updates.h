// The single updates of a sensor, found in samples that were taken several times per update, and how regular they are.
// Pure functions, thread-safe. docs/calibrate.md
#pragma once

#include <vector>

#include "base/clock.h"
#include "base/units.h"
#include "calibration/figures.h"
#include "record/channel.h"
#include "record/run.h"

namespace wattlens::calibration {

// A new value was seen; it appeared at a time that is equally likely anywhere within ± half_width.
struct Update {
  base::MonoTime time;
  Seconds half_width;
  Watts power;           // a gauge's reading; of a counter the energy since the update before / the update period
  std::int64_t periods;  // update periods since the update before, rounded; 0: the first
};

struct Updates {
  std::vector<Update> list;  // ascending; of a counter those that follow the one before by one period
  Finding<Seconds> period;
  Finding<Seconds> jitter;
  Seconds poll;          // median time between samples
  Watts step;            // the largest that all powers are multiples of
  bool is_fine = false;  // it moves too fast for its updates to be seen: `list` are means over kStride of a counter
};

// Of a counter whose single updates are not seen.
inline constexpr Seconds kStride{0.01};

// The period is the mean time between updates over the whole stretch, updates that showed no new value counted by
// rounding; its interval is the normal one of independent times between updates, which is too wide for a strict clock.
// The jitter's interval rests on the fourth moment (the variance of a variance is (m4 - s^4)/n, times 1.5 because
// neighbouring intervals share an update), less what reading only so often makes of it (poll^2 / 6).
Updates find_updates(const record::Channel& channel, const record::Samples& samples, std::size_t index);

}  // namespace wattlens::calibration
