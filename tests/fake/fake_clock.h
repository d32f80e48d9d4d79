// A clock that stands still until a test moves it. Thread-safe.
#pragma once

#include <atomic>
#include <functional>
#include <string>

#include "base/clock.h"

namespace wattlens::fake {

class FakeClock final : public base::Clock {
 public:
  explicit FakeClock(base::MonoTime start = {1'000'000'000'000}) : now_ns_(start.ns) {}

  base::MonoTime now() const override { return {now_ns_.load()}; }
  void sleep_until(base::MonoTime time) override {
    if (time.ns > now_ns_.load()) now_ns_ = time.ns;
    if (after_sleep) after_sleep();
  }
  std::string wall_time() const override { return "2026-01-01T00:00:00Z"; }

  void advance(base::Seconds time) { now_ns_ += static_cast<std::int64_t>(time.value * 1e9); }
  void set(base::MonoTime time) { now_ns_ = time.ns; }

  std::function<void()> after_sleep;  // what the world did meanwhile; set before the clock is shared

 private:
  std::atomic<std::int64_t> now_ns_;
};

}  // namespace wattlens::fake
