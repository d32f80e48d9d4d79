// Time: steady nanoseconds for every duration, wall time only as a label.
#pragma once

#include <compare>
#include <cstdint>
#include <string>

#include "base/units.h"

namespace wattlens::base {

// A point on CLOCK_MONOTONIC, which all processes of a machine share. Nanoseconds.
struct MonoTime {
  std::int64_t ns = 0;
  friend constexpr auto operator<=>(MonoTime, MonoTime) = default;
};

constexpr Seconds operator-(MonoTime a, MonoTime b) { return {static_cast<double>(a.ns - b.ns) * 1e-9}; }
constexpr MonoTime operator+(MonoTime t, Seconds d) { return {t.ns + static_cast<std::int64_t>(d.value * 1e9)}; }
constexpr MonoTime operator-(MonoTime t, Seconds d) { return {t.ns - static_cast<std::int64_t>(d.value * 1e9)}; }

// The source of time, passed in so that tests can own it. Implementations are thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual MonoTime now() const = 0;
  virtual void sleep_until(MonoTime time) = 0;  // blocks, never spins; may return early on a signal
  virtual std::string wall_time() const = 0;    // "2026-11-21T10:00:00Z", a label only
};

// The machine's own clocks.
class SystemClock final : public Clock {
 public:
  MonoTime now() const override;
  void sleep_until(MonoTime time) override;
  std::string wall_time() const override;
};

// CPU time of the calling thread, and of the whole process with all its threads.
Seconds thread_cpu_time();
Seconds process_cpu_time();

}  // namespace wattlens::base
