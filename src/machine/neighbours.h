// How much processor time others took during a window: other processes, and the hypervisor.
#pragma once

#include <optional>

#include "base/clock.h"
#include "base/file.h"
#include "record/machine_state.h"

namespace wattlens::machine {

// Two looks with the work in between. "Own" is this process and its descendants. Nanosecond run times where
// /proc/schedstat has them; else ticks, and then windows shorter than 2 s give no answer. Not thread-safe.
class NeighbourWatch {
 public:
  explicit NeighbourWatch(const base::Clock& clock, base::Path root = "/");
  void begin();
  record::Neighbours end() const;

 private:
  struct Look {
    base::MonoTime time;
    std::optional<base::Seconds> busy;  // all processors, everybody
    std::optional<base::Seconds> own;
    std::optional<base::Seconds> steal;
    bool fine = false;  // nanoseconds, not ticks
  };
  Look look() const;

  const base::Clock& clock_;
  base::Path root_;
  Look begin_;
};

}  // namespace wattlens::machine
