#include "base/clock.h"

#include <ctime>

namespace wattlens::base {
namespace {

timespec read_clock(clockid_t id) {
  timespec time{};
  clock_gettime(id, &time);
  return time;
}

Seconds cpu_time(clockid_t id) {
  const timespec time = read_clock(id);
  return {static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9};
}

constexpr std::int64_t kNanosecondsPerSecond = 1'000'000'000;

}  // namespace

MonoTime SystemClock::now() const {
  const timespec time = read_clock(CLOCK_MONOTONIC);
  return {time.tv_sec * kNanosecondsPerSecond + time.tv_nsec};
}

void SystemClock::sleep_until(MonoTime time) {
  const timespec until{time.ns / kNanosecondsPerSecond, time.ns % kNanosecondsPerSecond};
  clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, nullptr);
}

std::string SystemClock::wall_time() const {
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  gmtime_r(&now, &utc);
  char text[32];
  const std::size_t length = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
  return {text, length};
}

Seconds thread_cpu_time() { return cpu_time(CLOCK_THREAD_CPUTIME_ID); }
Seconds process_cpu_time() { return cpu_time(CLOCK_PROCESS_CPUTIME_ID); }

}  // namespace wattlens::base
