// Who else used the processors around a window, also where the kernel counts in ticks that are too coarse for it.
#pragma once

#include <deque>
#include <functional>

#include "base/clock.h"
#include "base/file.h"
#include "machine/neighbours.h"
#include "record/machine_state.h"

namespace wattlens::experiment {

// From here on the kernel's ticks can be trusted (docs/measurement.md).
inline constexpr base::Seconds kTicksNeed{2.0};

// Keeps a look at the counters for every mark. A question is answered from the youngest mark that lies far enough back
// to be judged: the last one where the kernel has nanoseconds, else one at least 2 s ago. Not thread-safe.
class NeighbourHistory {
 public:
  explicit NeighbourHistory(const base::Clock& clock, base::Path root = "/");
  void mark();
  void forget() { marks_.clear(); }  // what was disturbed before must not be held against what comes
  record::Neighbours since_mark();

 private:
  struct Mark {
    base::MonoTime time;
    machine::NeighbourWatch watch;
  };
  const base::Clock& clock_;
  base::Path root_;
  std::deque<Mark> marks_;
};

}  // namespace wattlens::experiment
