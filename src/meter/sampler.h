// Reads all channels at a steady rate on a thread of its own and keeps what it read, with real timestamps.
#pragma once

#include <memory>
#include <vector>

#include "base/clock.h"
#include "meter/meter_set.h"
#include "record/run.h"

namespace wattlens::meter {

struct SamplerOptions {
  base::Hertz rate{100.0};
};

// start() and stop() from one thread; take() and cost() may be called while it runs.
class Sampler {
 public:
  Sampler(MeterSet& meters, base::Clock& clock, SamplerOptions options);  // both outlive the sampler
  ~Sampler();

  Result<void> start();
  void stop();

  // What was read from the last sample at or before `begin` to the first at or after `end` (waits for that one, at
  // most a few periods). Counters count from the first sample of the copy. Older samples are forgotten.
  record::Samples take(MonoTime begin, MonoTime end);

  // What MeterSet::changes() held at the last sample.
  std::vector<record::Warning> changes() const;

  // CPU time, wake-ups and missed ticks since start().
  record::OwnCost cost() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace wattlens::meter
