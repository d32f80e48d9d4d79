// A clock that sleeps by setting itself forward: simulated time, as fast as the program is. Not thread-safe.
#pragma once

#include <string>

#include "base/clock.h"

namespace wattlens::simulation {

class SimulatedClock final : public base::Clock {
 public:
  base::MonoTime now() const override { return now_; }
  void sleep_until(base::MonoTime time) override {
    if (time > now_) now_ = time;
  }
  std::string wall_time() const override { return base::SystemClock().wall_time(); }

 private:
  base::MonoTime now_{1'000'000'000};
};

}  // namespace wattlens::simulation
