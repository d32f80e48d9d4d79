// A request to stop, which a signal handler may make and which every wait can listen to.
#pragma once

#include <atomic>

#include "base/clock.h"
#include "base/file.h"

namespace wattlens::base {

// Thread-safe; request() is also async-signal-safe.
class Cancellation {
 public:
  Cancellation();
  void request() noexcept;
  bool requested() const noexcept { return requested_.load(std::memory_order_relaxed); }
  int fd() const { return event_.get(); }  // becomes readable, and stays so, once requested; for poll()

  // Sleeps until `time`; true when it was cancelled instead.
  bool sleep_until(const Clock& clock, MonoTime time) const;

 private:
  FileDescriptor event_;
  std::atomic<bool> requested_ = false;
};

}  // namespace wattlens::base
