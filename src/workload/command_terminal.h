// The terminal as it was before a command: who is in the foreground, and in which mode it is. Put back afterwards.
#pragma once

#include <sys/types.h>
#include <termios.h>

#include "base/file.h"

namespace wattlens::workload {

// Not thread-safe.
class Terminal {
 public:
  Terminal();  // of this process; does nothing where it has none
  bool exists() const { return tty_.is_open(); }
  // Where wattlens was in the foreground: takes the terminal back from a group that has ended, and restores its modes.
  void restore();

 private:
  base::FileDescriptor tty_;
  bool foreground_ = false;
  termios modes_{};
};

}  // namespace wattlens::workload
