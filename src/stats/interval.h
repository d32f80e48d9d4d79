// The t interval of a mean, and what every interval shares. Dimensionless: the caller knows the unit.
//
// Errors as in summary.h; a confidence outside (0, 1) is a usage error. Equal values give an interval of width 0: it
// says that nothing was seen to vary, and what the sensor cannot see is added by the caller. Pure and thread-safe.
#pragma once

#include <span>

#include "base/result.h"

namespace wattlens::stats {

inline constexpr double kConfidence = 0.95;

struct Interval {
  double low = 0.0;
  double high = 0.0;
  friend bool operator==(Interval, Interval) = default;
};

struct Estimate {
  double value = 0.0;
  Interval interval;
};

// Whether 0 < confidence < 1.
Result<void> check_confidence(double confidence);

// Student's t interval of the mean; n >= 2.
Result<Estimate> mean_interval(std::span<const double> samples, double confidence = kConfidence);

// Half of the interval's width over |value|; an estimate of 0 has none.
Result<double> relative_half_width(const Estimate& estimate);

}  // namespace wattlens::stats
