// What the study of a decade of networks found: energy per image against year and accuracy.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "record/quantity.h"
#include "record/run.h"

namespace wattlens::record {

// One network with what is published of it and what its images cost here.
struct TimelinePoint {
  std::string model;
  std::int64_t year = 0;      // of its first publication
  double top1_percent = 0.0;  // ImageNet-1k
  std::int64_t batch = 0;
  Energy energy;         // per image, gross; has a value
  bool complete = true;  // false: "at least"
};

// Growth per year as a factor: 1.3 is 30 % more each year.
struct Growth {
  std::string quantity;       // "energy", "error", "accuracy", "energy / accuracy"
  Estimate<double> per_year;  // 95 %, Student's with n - 2 degrees of freedom
  double tau = 0.0;           // Kendall's, with the year
  double p_value = 1.0;       // of tau, two-sided
};

// A sentence of the paper, held against the numbers here. Verdicts: "confirmed", "not confirmed", "not
// distinguishable".
struct Claim {
  std::string claim;
  std::string verdict;
  std::string reason;  // the numbers, in words
};

// The networks at one batch size each: all the same, or each its own best.
struct TimelineView {
  std::string name;                   // "batch 1", "best batch"
  std::vector<TimelinePoint> points;  // by year
  std::vector<Growth> growths;        // empty where fewer than three years are there
  std::vector<Claim> claims;
};

struct Timeline {
  std::string experiment;
  std::string date;
  PlanPoint conditions;  // engine, device, precision, hint, threads and settings are those of all points
  std::vector<TimelineView> views;
  std::vector<std::string> left_out;  // "vit_b_16: no energy (...)"
};

}  // namespace wattlens::record
