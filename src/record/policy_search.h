// What a search for the cheapest batching policy within limits predicted, and what measuring it then showed.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "record/experiment.h"

namespace wattlens::record {

struct PredictedPolicy {
  std::string policy;
  Estimate<Joules> energy_per_request;  // gross; the interval is that of one further window
  Estimate<Seconds> response;           // mean
  Estimate<Seconds> response_p99;
  double load = 0.0;  // offered rate over capacity
  bool saturated = false;
  bool meets = false;
  std::string binding;        // the limit that comes closest to being broken
  double use_of_limit = 0.0;  // the upper end over it; above 1: broken
};

// One network under one way in which requests come.
struct PolicyChoice {
  std::string model;
  std::string arrivals;
  std::vector<std::string> limits;
  std::vector<PredictedPolicy> ranked;   // best first
  bool met = false;                      // the first one keeps the limits
  std::optional<PointSummary> measured;  // of the first one, where it was measured
  std::vector<std::string> experiments;  // ids: service times, then the measured policy
};

}  // namespace wattlens::record
