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

// What measuring a policy showed of the limits.
struct MeasuredPolicy {
  PointSummary point;
  bool meets = false;         // the means lie within the limits, and no more requests come than can be served
  bool certain = false;       // the intervals do too; false where there is none
  std::string binding;        // the limit that comes closest to being broken
  double use_of_limit = 0.0;  // the mean over it
};

// One network under one way in which requests come.
struct PolicyChoice {
  std::string model;
  std::string arrivals;
  std::vector<std::string> limits;
  std::vector<PredictedPolicy> ranked;     // best first
  bool met = false;                        // the first one keeps the limits
  std::optional<MeasuredPolicy> measured;  // of the first one, where it was measured
  std::vector<std::string> experiments;    // ids: service times, then the measured policy
  std::optional<Error> failure;            // why nothing, or not all, could be found out
};

}  // namespace wattlens::record
