// When a load was on: what a sensor's readings are compared with. Plain values and pure functions; thread-safe.
#pragma once

#include <vector>

#include "base/clock.h"
#include "base/units.h"

namespace wattlens::calibration {

// A load that is off until its first switch, and as the last one left it after that.
class LoadHistory {
 public:
  // Times ascend. A switch to the state that it is in is none.
  void add(base::MonoTime at, bool on);

  bool empty() const { return switches_.empty(); }
  base::MonoTime first() const { return switches_.front().at; }  // not empty
  // Time that it was on until `time`.
  base::Seconds on_until(base::MonoTime time) const;

 private:
  struct Switch {
    base::MonoTime at;
    bool on = false;
    base::Seconds on_before;  // time that it was on until `at`
  };
  std::vector<Switch> switches_;
};

}  // namespace wattlens::calibration
