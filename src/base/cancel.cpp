#include "base/cancel.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>

namespace wattlens::base {

Cancellation::Cancellation() : event_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

void Cancellation::request() noexcept {
  requested_.store(true, std::memory_order_relaxed);
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = ::write(event_.get(), &one, sizeof one);
}

bool Cancellation::sleep_until(const Clock& clock, MonoTime time) const {
  while (!requested()) {
    const Seconds left = time - clock.now();
    if (left <= Seconds{0}) return false;
    const Seconds slice = std::min(left, Seconds{3600});
    const auto whole = static_cast<std::time_t>(slice.value);
    const timespec timeout{whole, static_cast<long>((slice.value - static_cast<double>(whole)) * 1e9)};
    pollfd listener{event_.get(), POLLIN, 0};
    ::ppoll(&listener, 1, &timeout, nullptr);
  }
  return true;
}

}  // namespace wattlens::base
