#include "workload/command_terminal.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <iterator>

namespace wattlens::workload {
namespace {

bool equal(const termios& a, const termios& b) {
  return a.c_iflag == b.c_iflag && a.c_oflag == b.c_oflag && a.c_cflag == b.c_cflag && a.c_lflag == b.c_lflag &&
         std::equal(std::begin(a.c_cc), std::end(a.c_cc), std::begin(b.c_cc));
}

}  // namespace

Terminal::Terminal() : tty_(::open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC)) {
  if (!tty_.is_open()) return;
  foreground_ = ::tcgetpgrp(tty_.get()) == ::getpgrp();
  if (::tcgetattr(tty_.get(), &modes_) != 0) tty_.reset();
}

void Terminal::restore() {
  if (!tty_.is_open() || !foreground_) return;
  // A process outside the foreground that touches the terminal would be stopped.
  sigset_t output;
  sigset_t before;
  sigemptyset(&output);
  sigaddset(&output, SIGTTOU);
  ::sigprocmask(SIG_BLOCK, &output, &before);
  const pid_t group = ::tcgetpgrp(tty_.get());
  const bool orphaned = group != ::getpgrp() && (group <= 0 || (::kill(-group, 0) != 0 && errno == ESRCH));
  if (orphaned) ::tcsetpgrp(tty_.get(), ::getpgrp());
  termios now{};
  if (::tcgetpgrp(tty_.get()) == ::getpgrp() && ::tcgetattr(tty_.get(), &now) == 0 && !equal(now, modes_)) {
    ::tcsetattr(tty_.get(), TCSANOW, &modes_);
  }
  ::sigprocmask(SIG_SETMASK, &before, nullptr);
}

}  // namespace wattlens::workload
