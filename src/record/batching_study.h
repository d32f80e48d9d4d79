// What a batching study found: for each network and each way in which requests came, what the policies change.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "record/experiment.h"

namespace wattlens::record {

// Two policies against each other, after the test of all: Dunn's test with Holm's adjustment, Cliff's delta.
struct PolicyPair {
  std::string one;
  std::string other;
  double p_value = 1.0;
  double cliffs_delta = 0.0;  // 1: every value of `one` is larger
  std::string magnitude;      // "negligible" … "large"
};

// Whether the policies differ in one quantity: Kruskal and Wallis, with eta squared as the size of the effect.
struct PolicyTest {
  std::string model;
  std::string arrivals;
  std::string quantity;  // "energy" (J/request, gross) or "response" (mean time)
  std::vector<std::string> policies;
  double h = 0.0;
  double p_value = 1.0;
  double eta_squared = 0.0;
  std::string magnitude;
  std::vector<PolicyPair> pairs;
  std::string why_not;  // there is no test, and why; the numbers above then say nothing
};

// A policy that no other beats in energy and in response time together.
struct FrontierPolicy {
  std::string model;
  std::string arrivals;
  std::string policy;
  Seconds response;
  Energy energy_per_request;  // gross
};

struct BatchingStudy {
  ExperimentSummary summary;
  std::vector<PolicyTest> tests;
  std::vector<FrontierPolicy> frontier;  // by network and arrivals, the fastest first
  std::vector<std::string> findings;     // sentences
};

}  // namespace wattlens::record
