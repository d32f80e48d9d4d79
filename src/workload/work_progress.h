// How many images a workload has done, live, while its worker still runs: for simulated sensors whose power follows the
// work. Thread-safe.
#pragma once

#include <cstdint>
#include <mutex>
#include <span>
#include <vector>

#include "base/clock.h"
#include "base/units.h"

namespace wattlens::workload {

class WorkProgress {
 public:
  // A run of batches of `images` each begins: `stamps` fill, from the front, with the times (CLOCK_MONOTONIC, ns) at
  // which they were complete. What they hold from before `begin` is of earlier runs. They must live until end().
  void begin(std::span<std::int64_t> stamps, std::int64_t images, base::MonoTime begin);
  // Requests are served: `records` fill with four words for each batch, as worker/serving_loop.h says, and hold 0
  // before. Times in them count from about `begin`. A batch counts when it is complete.
  void begin_serving(std::span<std::int64_t> records, base::MonoTime begin);
  void end(base::MonoTime end);

  // Images done until a time that has come, since the first run. A batch under way counts in part, as if it took as
  // long as the last ones did, and never as a whole.
  double images_until(base::MonoTime time);

 private:
  void look(base::MonoTime now);
  void look_at_served(base::MonoTime now);
  double batches_until(base::MonoTime time) const;
  double served_until(base::MonoTime time) const;

  std::mutex mutex_;  // guards all below
  std::span<std::int64_t> stamps_;
  std::int64_t images_ = 0;
  base::MonoTime begin_;
  std::size_t complete_ = 0;  // of this run, that were seen
  base::Seconds usual_;       // time of a batch in the run before
  double done_ = 0.0;         // images of the runs before

  struct Served {
    std::int64_t end_ns = 0;
    std::int64_t images = 0;  // of this batch and all before it
  };
  std::span<std::int64_t> records_;  // while requests are served
  std::vector<Served> served_;       // of this run, that were seen
};

}  // namespace wattlens::workload
