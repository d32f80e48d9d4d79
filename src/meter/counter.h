// Turns the raw readings of an energy counter that wraps into energy since opening, and tells a wrap from a reset and
// from a bad read. Pure arithmetic; not thread-safe. docs/measurement.md, "Counters".
#pragma once

#include <cstdint>
#include <optional>

#include "base/clock.h"
#include "base/units.h"

namespace wattlens::meter {

// An increase is believed when it is at most bound x (time since the last change + kSlack); a decrease is believed to
// be one wrap when the corrected increase is, and when not even the bound could have filled the range in that time.
// A reading that is not believed is answered with nothing, and the next one is judged against the last good reading, so
// that a bad read costs nothing. When kConfirm readings in a row agree with each other but not with the past, and move,
// the counter was reset: it goes on from its last value less 1 uJ. That step down is the mark by which a window knows
// that energy was lost.
class Counter {
 public:
  // Some hypervisors give the energy of a whole second in one step.
  static constexpr base::Seconds kSlack{1.0};
  static constexpr int kConfirm = 3;

  // `range`: the raw value at which the counter starts again from 0; none if it never does.
  Counter(base::Watts bound, std::optional<std::int64_t> range_uj) : bound_(bound), range_uj_(range_uj) {}

  // Energy in uJ since the first reading that was accepted; nothing where the reading cannot be believed.
  std::optional<std::int64_t> accept(std::int64_t raw_uj, base::MonoTime time);

 private:
  struct Point {
    std::int64_t raw_uj = 0;
    base::MonoTime read;     // last time it was seen
    base::MonoTime changed;  // last time it was different before
  };
  // The increase from one reading to the next, corrected for one wrap; nothing where it is out of bounds.
  std::optional<std::int64_t> increase(const Point& from, std::int64_t raw_uj, base::MonoTime time) const;
  static void move(Point& point, std::int64_t raw_uj, base::MonoTime time);

  base::Watts bound_;
  std::optional<std::int64_t> range_uj_;
  std::int64_t total_uj_ = 0;
  std::optional<Point> good_;
  std::optional<Point> doubtful_;
  std::int64_t doubtful_since_uj_ = 0;
  int agreeing_ = 0;
};

}  // namespace wattlens::meter
