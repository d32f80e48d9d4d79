#include "stats/planned_looks.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "stats/distributions.h"
#include "stats/interval.h"

namespace wattlens::stats {
namespace {

Result<void> check(Detection detection, double deviation) {
  WATTLENS_CHECK(check_confidence(detection.confidence));
  if (!(detection.power > 0.0 && detection.power < 1.0)) {
    return fail(ErrorKind::usage, fmt::format("a power lies between 0 and 1, got {}", detection.power));
  }
  if (!(deviation >= 0.0) || !std::isfinite(deviation)) {
    return fail(ErrorKind::not_measurable, fmt::format("a standard deviation is 0 or more, got {}", deviation));
  }
  return {};
}

// Where an increasing function that is negative at `low` and not at `high` is 0, to 1e-12 of it: regula falsi with the
// Illinois rule (Dowell and Jarratt 1971), because the function costs much.
template <class Function>
double root_between(Function function, double low, double high) {
  constexpr int kMostSteps = 100;
  double below = function(low);
  double above = function(high);
  int same_side = 0;
  for (int step = 0; step < kMostSteps && high - low > 1e-12 * high && above > 0.0; ++step) {
    const double middle = high - above * (high - low) / (above - below);
    const double value = function(middle);
    if (value < 0.0) {
      low = middle;
      below = value;
      if (same_side == -1) above *= 0.5;
      same_side = -1;
    } else {
      high = middle;
      above = value;
      if (same_side == 1) below *= 0.5;
      same_side = 1;
    }
    if (std::fabs(value) < 1e-13) return middle;
  }
  return high;
}

}  // namespace

std::optional<std::size_t> next_look(std::size_t blocks) {
  const auto* const found = std::ranges::upper_bound(kPlannedLooks, blocks);
  if (found == kPlannedLooks.end()) return std::nullopt;
  return *found;
}

Result<double> detectable_noncentrality(double degrees, Detection detection) {
  WATTLENS_CHECK(check(detection, 0.0));
  const auto critical = student_t_quantile(0.5 + 0.5 * detection.confidence, degrees);
  if (!critical) {
    return fail(ErrorKind::not_measurable, fmt::format("no quantile of Student's t at {} degrees of freedom", degrees));
  }
  const auto excess = [&](double noncentrality) {
    return student_t_power(*critical, degrees, noncentrality).value_or(1.0) - detection.power;
  };
  double high = 2.0 * *critical;
  while (excess(high) < 0.0) high *= 2.0;
  return root_between(excess, 0.0, high);
}

Result<double> detectable_effect(std::size_t pairs, Detection detection) {
  if (pairs < 2) {
    return fail(ErrorKind::not_measurable, fmt::format("a comparison needs at least 2 blocks, got {}", pairs),
                "repeat the measurement more often");
  }
  const auto count = static_cast<double>(pairs);
  WATTLENS_TRY(const double noncentrality, detectable_noncentrality(count - 1.0, detection));
  return noncentrality / std::sqrt(count);
}

Result<double> smallest_detectable_difference(double deviation, std::size_t pairs, Detection detection) {
  WATTLENS_CHECK(check(detection, deviation));
  WATTLENS_TRY(const double effect, detectable_effect(pairs, detection));
  const double difference = std::expm1(effect * deviation);
  if (!std::isfinite(difference)) {
    return fail(ErrorKind::not_measurable, "the smallest detectable difference overflows: the ratios vary too much");
  }
  return difference;
}

Result<std::optional<std::size_t>> pairs_to_detect(double deviation, double relative_difference, std::size_t most,
                                                   Detection detection) {
  if (!(relative_difference > 0.0) || !std::isfinite(relative_difference)) {
    return fail(ErrorKind::usage, fmt::format("a difference to detect is above 0, got {}", relative_difference));
  }
  const auto detected = [&](std::size_t pairs) -> Result<bool> {
    WATTLENS_TRY(const double found, smallest_detectable_difference(deviation, pairs, detection));
    return found <= relative_difference;
  };
  if (most < 2) return std::nullopt;
  WATTLENS_TRY(const bool possible, detected(most));
  if (!possible) return std::nullopt;
  std::size_t low = 1;  // not enough
  std::size_t high = most;
  while (high - low > 1) {
    const std::size_t middle = low + (high - low) / 2;
    const auto found = middle < 2 ? Result<bool>(false) : detected(middle);
    ((found && *found) ? high : low) = middle;
  }
  return high;
}

}  // namespace wattlens::stats
