#include "stats/stop_rule.h"

#include <fmt/format.h>

#include <cmath>

#include "stats/distributions.h"
#include "stats/summary.h"

namespace wattlens::stats {
namespace {

Result<void> check_rule(const StopRule& rule) {
  WATTLENS_CHECK(check_confidence(rule.confidence));
  if (!(rule.target_relative_half_width > 0.0)) {
    return fail(ErrorKind::usage,
                fmt::format("the wanted relative half width is positive, got {}", rule.target_relative_half_width));
  }
  if (rule.minimum_count < 2 || rule.maximum_count < rule.minimum_count) {
    return fail(ErrorKind::usage, fmt::format("repetitions go from 2 or more up to the maximum, got {} to {}",
                                              rule.minimum_count, rule.maximum_count));
  }
  if (rule.settled_count < 2 || !(rule.settled_spread >= 0.0)) {
    return fail(ErrorKind::usage,
                fmt::format("steady scatter is judged over 2 or more repetitions and a spread of 0 or "
                            "more, got {} and {}",
                            rule.settled_count, rule.settled_spread));
  }
  return {};
}

// Whether some number of values from `from` to maximum_count would reach the target at this scatter.
bool within_reach(const StopRule& rule, double variation, std::size_t from) {
  for (std::size_t n = from; n <= rule.maximum_count; ++n) {
    const auto t = student_t_quantile(0.5 + 0.5 * rule.confidence, static_cast<double>(n - 1));
    if (t && *t * variation / std::sqrt(static_cast<double>(n)) <= rule.target_relative_half_width) return true;
  }
  return false;
}

// Whether the coefficient of variation has stopped moving.
bool scatter_is_steady(const StopRule& rule, std::span<const double> samples, double variation) {
  if (samples.size() < rule.settled_count + 1) return false;
  for (std::size_t k = 1; k < rule.settled_count; ++k) {
    const auto earlier = coefficient_of_variation(samples.first(samples.size() - k));
    if (!earlier || std::fabs(*earlier - variation) > rule.settled_spread * variation) return false;
  }
  return true;
}

std::optional<double> width_of(const StopRule& rule, std::span<const double> samples) {
  const auto estimate = mean_interval(samples, rule.confidence);
  if (!estimate) return std::nullopt;
  const auto width = relative_half_width(*estimate);
  if (!width) return std::nullopt;
  return *width;
}

std::string width_text(const std::optional<double>& width) {
  return width ? fmt::format("±{:.2g} %", 100.0 * *width) : std::string("no interval");
}

}  // namespace

std::string_view to_string(StopReason reason) {
  switch (reason) {
    case StopReason::width: return "width";
    case StopReason::noise_settled: return "noise settled";
    case StopReason::limit: return "limit";
    case StopReason::budget: return "budget";
  }
  return "unknown";
}

StopRule quick_stop_rule() {
  StopRule rule;
  rule.minimum_count = 5;
  return rule;
}

Result<StopDecision> decide(const StopRule& rule, std::span<const double> samples, base::Seconds spent) {
  WATTLENS_CHECK(check_rule(rule));
  WATTLENS_CHECK(check_samples(samples, 0, "a stop rule"));
  StopDecision out;
  out.relative_half_width = width_of(rule, samples);
  const std::size_t count = samples.size();
  const std::string reached = width_text(out.relative_half_width);
  const auto stop = [&](StopReason reason, std::string explanation) {
    out.reason = reason;
    out.explanation = std::move(explanation);
    return out;
  };
  const bool enough = count >= rule.minimum_count;
  if (enough && out.relative_half_width && *out.relative_half_width <= rule.target_relative_half_width) {
    return stop(StopReason::width, fmt::format("{} after {} repetitions, as wanted", reached, count));
  }
  if (count >= rule.maximum_count) {
    return stop(StopReason::limit, fmt::format("{} after the most repetitions allowed, {}", reached, count));
  }
  if (rule.time_limit && spent >= *rule.time_limit) {
    return stop(StopReason::limit,
                fmt::format("{} after {} repetitions in the {:.3g} s allowed", reached, count, rule.time_limit->value));
  }
  if (rule.budget && spent >= *rule.budget) {
    return stop(StopReason::budget, fmt::format("{} after {} repetitions: the time budget is used up", reached, count));
  }
  if (enough && out.relative_half_width) {
    WATTLENS_TRY(const double variation, coefficient_of_variation(samples));
    if (scatter_is_steady(rule, samples, variation) && !within_reach(rule, variation, count + 1)) {
      return stop(
          StopReason::noise_settled,
          fmt::format("{} after {} repetitions: the scatter is steady at {:.2g} %, and {} repetitions would not "
                      "reach ±{:.2g} %",
                      reached, count, 100.0 * variation, rule.maximum_count, 100.0 * rule.target_relative_half_width));
    }
  }
  out.explanation = fmt::format("{} after {} repetitions: go on", reached, count);
  return out;
}

}  // namespace wattlens::stats
