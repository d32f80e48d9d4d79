// When enough repetitions of one point have been made. The rule looks at the width of the interval only, never at what
// the mean says, so that stopping does not bias it. It favours samples that look less noisy than they are: in
// simulation a 95 % interval then holds the truth in 94 - 96 % of cases from 8 repetitions and 93 - 95 % from 5
// (tests/stats/coverage_test.cpp). Pure and thread-safe.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/units.h"
#include "stats/interval.h"

namespace wattlens::stats {

enum class StopReason {
  width,          // the interval is as narrow as wanted
  noise_settled,  // the scatter is steady and too large: the wanted width is out of reach before maximum_count
  limit,          // maximum_count or time_limit
  budget,         // the time that the whole experiment leaves to this point
};

std::string_view to_string(StopReason reason);  // "width", "noise settled", "limit", "budget"

struct StopRule {
  double target_relative_half_width = 0.02;  // of the t interval of the mean
  std::size_t minimum_count = 8;             // 2 or more; before it only time stops
  std::size_t maximum_count = 40;
  double confidence = kConfidence;
  std::optional<base::Seconds> time_limit = std::nullopt;
  std::optional<base::Seconds> budget = std::nullopt;
  // The scatter is steady when the coefficient of variation of the first n - k values, k = 0 … settled_count - 1,
  // stays within settled_spread of the last one (relative). Taken from nvbench's criterion on the noise.
  std::size_t settled_count = 8;
  double settled_spread = 0.10;
};

// The rule of --quick: 5 repetitions are enough.
StopRule quick_stop_rule();

struct StopDecision {
  std::optional<StopReason> reason;           // empty: go on
  std::optional<double> relative_half_width;  // reached so far; empty where there is none
  std::string explanation;                    // one line for people
};

// `spent` is the time used for this point so far; a caller that must not overrun adds the time of the next repetition.
// Errors: a rule that contradicts itself is a usage error; a sample that is not finite is not_measurable. A mean of 0
// has no relative width and runs to a limit.
Result<StopDecision> decide(const StopRule& rule, std::span<const double> samples, base::Seconds spent);

}  // namespace wattlens::stats
