// How much processor time others took during a window: other processes, and the hypervisor.
#pragma once

#include <optional>

#include "base/clock.h"
#include "base/file.h"
#include "record/machine_state.h"

namespace wattlens::machine {

// Two looks with the work in between. "Own" is this process and its descendants, with the time of those that ended and
// were waited for. Nanosecond run times where /proc/schedstat has them; else ticks, and then windows shorter than 2 s
// give no answer. Steal is told only over >= 0.5 s, because it comes in ticks. Not thread-safe.
class NeighbourWatch {
 public:
  explicit NeighbourWatch(const base::Clock& clock, base::Path root = "/");
  void begin();
  record::Neighbours end() const;

 private:
  struct Look {
    base::MonoTime time;
    std::optional<base::Seconds> run;    // all processors, everybody, in nanoseconds
    std::optional<base::Seconds> ticks;  // the same in clock ticks
    std::optional<base::Seconds> own;
    std::optional<base::Seconds> steal;
  };
  Look look() const;

  const base::Clock& clock_;
  base::Path root_;
  Look begin_;
};

}  // namespace wattlens::machine
