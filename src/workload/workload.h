// What uses energy while wattlens measures: one interface for idle, inference and, later, commands and training.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "record/run.h"
#include "serving/arrivals.h"
#include "serving/policy.h"

namespace wattlens::workload {

// Requests that come from outside, to be served as they come (docs/serving.md).
struct ServingRequest {
  serving::Arrivals arrivals;
  serving::Policy policy;
  std::int64_t requests = 1;
  std::uint64_t seed = 0;  // of the arrivals
};

// Where images are decoded and preprocessed (docs/images.md).
enum class Preprocessing {
  outside,  // before the window
  inside,   // in it, for every batch
  alone,    // in it, and no model runs: what `inside` costs beside the model
};

struct WindowRequest {
  base::Seconds duration;                // run for about so long ...
  std::int64_t min_batches = 5;          // ... and at least so many whole batches
  std::optional<std::int64_t> images{};  // in each, where the model takes any batch; else all that it is compiled for
  std::optional<ServingRequest> serving{};               // instead of all that: serve these requests
  Preprocessing preprocessing = Preprocessing::outside;  // else the workload has real images
};

// The measured part, from the start of the first batch to the completion of the last.
struct WorkDone {
  base::MonoTime begin;
  base::MonoTime end;
  std::vector<base::MonoTime> completions;  // one per batch, ascending; the last equals `end`
  std::int64_t images = 0;
  std::optional<record::Served> served{};  // where requests were served
};

// Not thread-safe. Every call blocks without spinning; a cancelled call fails with ErrorKind::cancelled. After an
// error of kind run_failed the workload can no longer be used, but others can.
class Workload {
 public:
  virtual ~Workload() = default;
  virtual record::WorkloadInfo describe() const = 0;           // complete after prepare()
  virtual Result<void> prepare() = 0;                          // start, load, compile, allocate: apart from any window
  virtual std::vector<record::Phase> preparation() const = 0;  // the steps of prepare(), without energies
  virtual Result<record::OutputCheck> check_output() = 0;      // a fast wrong answer is not a result
  virtual Result<WorkDone> run(const WindowRequest& request) = 0;
};

}  // namespace wattlens::workload
