#include "stats/interval.h"

#include <fmt/format.h>

#include <cmath>

#include "stats/distributions.h"
#include "stats/summary.h"

namespace wattlens::stats {
namespace {

// Half of the width of the two-sided t interval around a value with that standard error.
Result<double> t_half_width(double standard_error, double degrees, double confidence) {
  if (standard_error == 0.0) return 0.0;
  const auto t = student_t_quantile(0.5 + 0.5 * confidence, degrees);
  if (!t) {
    return fail(ErrorKind::not_measurable,
                fmt::format("no quantile of Student's t at {} degrees of freedom, confidence {}", degrees, confidence));
  }
  return *t * standard_error;
}

}  // namespace

Result<void> check_confidence(double confidence) {
  if (confidence > 0.0 && confidence < 1.0) return {};
  return fail(ErrorKind::usage, fmt::format("a confidence lies between 0 and 1, got {}", confidence));
}

Result<Estimate> mean_interval(std::span<const double> samples, double confidence) {
  WATTLENS_CHECK(check_confidence(confidence));
  WATTLENS_CHECK(check_samples(samples, 2, "an interval of a mean"));
  WATTLENS_TRY(const double centre, mean(samples));
  WATTLENS_TRY(const double deviation, sample_standard_deviation(samples));
  const auto count = static_cast<double>(samples.size());
  WATTLENS_TRY(const double half, t_half_width(deviation / std::sqrt(count), count - 1.0, confidence));
  const Interval interval{centre - half, centre + half};
  if (!std::isfinite(interval.low) || !std::isfinite(interval.high)) {
    return fail(ErrorKind::not_measurable, "the interval of the mean overflows: the values vary too much");
  }
  return Estimate{centre, interval};
}

Result<double> relative_half_width(const Estimate& estimate) {
  const double half = 0.5 * (estimate.interval.high - estimate.interval.low);
  const double relative = half / std::fabs(estimate.value);
  if (half < 0.0 || !std::isfinite(relative)) {
    return fail(ErrorKind::not_measurable, fmt::format("{} with the interval [{}, {}] has no relative half width",
                                                       estimate.value, estimate.interval.low, estimate.interval.high));
  }
  return relative;
}

}  // namespace wattlens::stats
