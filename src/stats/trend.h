// How one quantity goes with another, from few pairs: a straight line with its exact interval, and Kendall's tau.
//
// Errors as in summary.h; x that are all equal are not_measurable. Pure and thread-safe.
#pragma once

#include <span>

#include "base/result.h"
#include "stats/interval.h"

namespace wattlens::stats {

struct Line {
  Estimate slope;
  double intercept = 0.0;
  double degrees = 0.0;  // of freedom: n - 2
};

// Least squares; the slope's interval is Student's, with n - 2 degrees of freedom: exact for normal residuals. Three
// pairs or more. `own_variances`: what is known of each y beside its scatter around the line (its measurement); the
// part of the slope's variance that comes from it is added, which counts twice what the scatter shows of it already:
// the interval is rather too wide. Empty: none.
Result<Line> fit_line(std::span<const double> x, std::span<const double> y, std::span<const double> own_variances = {},
                      double confidence = kConfidence);

// Kendall (1938) and, with ties, tau-b (1945). p is two-sided: without ties from the exact distribution of the number
// of inversions, as SciPy's method "exact"; else normal with the correction for ties. Three pairs or more, of which
// neither side is constant.
struct Kendall {
  double tau = 0.0;
  double p_value = 1.0;
  bool exact = true;
};
Result<Kendall> kendall(std::span<const double> x, std::span<const double> y);

}  // namespace wattlens::stats
