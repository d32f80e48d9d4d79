// Tests of means whose groups may be spread differently. They want roughly normal values (assumptions.h); repetitions
// measured block by block are compared by comparison.h instead, which takes out what the blocks share.
//
// Errors as in summary.h: every group holds 2 values or more, and at least one of two groups (all of several) has
// values that differ, else not_measurable. Pure and thread-safe.
#pragma once

#include <span>
#include <vector>

#include "base/result.h"
#include "stats/interval.h"

namespace wattlens::stats {

// Welch (1947): t = (mean1 - mean2) / sqrt(s1^2/n1 + s2^2/n2), degrees of freedom by Satterthwaite (1946).
struct WelchT {
  double t = 0.0;
  double degrees = 0.0;
  double standard_error = 0.0;  // of the difference
  double p_value = 1.0;         // two-sided
  Estimate difference;          // mean of one less mean of the other
};
Result<WelchT> welch_t(std::span<const double> one, std::span<const double> other, double confidence = kConfidence);

// Welch (1951), "On the comparison of several mean values": whether several means are equal.
struct WelchAnova {
  double f = 0.0;
  double numerator_degrees = 0.0;
  double denominator_degrees = 0.0;
  double p_value = 1.0;
};
Result<WelchAnova> welch_anova(std::span<const std::vector<double>> groups);

// Games and Howell (1976): all pairs of several means, at one confidence for all of them together, from the studentised
// range with Welch's degrees of freedom. Rough for groups of fewer than 6 values. Pairs in the order (0, 1), (0, 2), …
struct PairOfMeans {
  std::size_t one = 0;  // positions of the groups
  std::size_t other = 0;
  double difference = 0.0;  // mean of one less mean of other
  double degrees = 0.0;
  double p_value = 1.0;  // allows for all pairs
};
Result<std::vector<PairOfMeans>> games_howell(std::span<const std::vector<double>> groups);

}  // namespace wattlens::stats
