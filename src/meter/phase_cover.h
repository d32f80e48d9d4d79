// How evenly the looks of a sensor that sees a part of the time fall over work that repeats. Pure functions.
#pragma once

#include <cstdint>

#include "base/units.h"

namespace wattlens::meter {

// A sensor that looks once per `period`, for `look` each time, at work that repeats every `batch`.
struct Looks {
  base::Seconds period;
  base::Seconds look;
  std::int64_t count = 0;
  double period_error = 0.0;  // the share by which the period may be wrong
};

// With c(x) the number of looks that cover the place x of a batch, 0 <= x < 1:
struct PhaseCover {
  double unseen = 1.0;  // share of the places that no look covers
  double uneven = 0.0;  // over the others: half of the mean of |c / (mean of c) - 1|
};

// The mean power over all looks differs from that of the work by at most
//   unseen * (largest distance of an unseen power from the mean) + uneven * (range of the powers seen),
// for work that repeats exactly. The worst answer over what is not known: the period within its error, and whether
// every batch or every second one is alike (two streams). Both shares 0 need an infinity of looks; a load that keeps
// step with the sensor leaves 1 - look / period unseen however long it runs.
PhaseCover phase_cover(const Looks& looks, base::Seconds batch);

}  // namespace wattlens::meter
