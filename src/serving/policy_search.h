// The batching policy with the least energy per request that keeps its response times within limits, found by
// simulating each candidate over several seeds of arrivals, service noise and measurement error.
//
// Pure and thread-safe, but for the file of a trace, which is read once.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/result.h"
#include "base/units.h"
#include "serving/arrivals.h"
#include "serving/policy.h"
#include "serving/service_model.h"
#include "serving/slo.h"

namespace wattlens::serving {

// What one further window is predicted to show: the mean of the simulated windows, and the interval that holds the next
// one with the confidence asked for: mean +- t(n - 1) s sqrt(1 + 1/n) (Hahn and Meeker 1991, section 4.6). For times it
// is taken of their logarithms, as they are positive and skewed; `value` is then the geometric mean.
template <class Quantity>
struct Predicted {
  Quantity value;
  Quantity low;
  Quantity high;
};

struct PolicyPrediction {
  Policy policy;
  Predicted<base::Joules> per_request;      // gross
  Predicted<base::Joules> net_per_request;  // less idle power
  Predicted<base::Seconds> mean;            // of the response times, as are the next four
  Predicted<base::Seconds> p50;
  Predicted<base::Seconds> p95;
  Predicted<base::Seconds> p99;
  Predicted<base::Seconds> max;
  Predicted<base::Hertz> throughput;
  double mean_batch = 0.0;
  double utilisation = 0.0;
  double load = 0.0;       // offered rate over capacity; 0 in a closed loop
  bool saturated = false;  // in at least one window
  bool meets = false;      // not saturated, and the upper ends of the limited times are within their limits
  // The limit that comes closest to being broken or is broken by most, and the upper end over it (above 1: broken).
  std::optional<ResponseLimit> binding;
  double use_of_limit = 0.0;
};

const Predicted<base::Seconds>& predicted(const PolicyPrediction& prediction, ResponseMetric metric);

struct SearchOptions {
  std::int64_t requests = 2000;  // in each window
  std::int64_t windows = 20;     // simulated for each candidate; 2 or more
  std::uint64_t seed = 1;
  double confidence = 0.95;
  std::vector<Policy> candidates;  // empty: candidate_policies()
};

struct PolicySearch {
  // Best first: those that meet the limits by energy per request; then those that do not, by how far they are from it,
  // saturated ones last. Never empty.
  std::vector<PolicyPrediction> ranked;

  bool met() const { return ranked.front().meets; }
};

// Fixed batches of 1, 2, 4 ... up to the largest that was measured (at most 128), the same with time-outs, greedy with
// these caps, and dynamic with two preferred sizes each. The delays are shares of the tightest limit, or of the time of
// the largest batch where there is none.
std::vector<Policy> candidate_policies(const Arrivals& arrivals, const ServiceTable& service,
                                       std::span<const ResponseLimit> limits);

// `limits` may be empty. A candidate that would wait for ever is left out. Errors: those of schedule(),
// ServiceTable::build() and simulate(); no candidate is left.
Result<PolicySearch> search_policies(const Arrivals& arrivals, const ServiceModel& model,
                                     std::span<const ResponseLimit> limits, const SearchOptions& options = {});

}  // namespace wattlens::serving
