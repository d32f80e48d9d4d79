// Where runs go as soon as they end, so that a crash loses at most one.
#pragma once

#include "base/result.h"
#include "record/experiment.h"
#include "record/run.h"

namespace wattlens::record {

// Not thread-safe. Each call has reached the disk when it returns.
class RunSink {
 public:
  virtual ~RunSink() = default;
  virtual Result<void> begin(const Experiment& experiment) = 0;
  virtual Result<void> update(const Experiment& experiment) = 0;  // with what is known since begin()
  virtual Result<void> add(const Run& run) = 0;
  virtual Result<void> end(const Experiment& experiment) = 0;  // with its final status
};

}  // namespace wattlens::record
