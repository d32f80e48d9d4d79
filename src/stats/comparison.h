// Whether one of two things needs less than the other, from repetitions measured side by side, block by block.
//
// Each block gives the logarithm of numerator / denominator, so what changed from block to block (heat, a clock, a
// neighbour) cancels. The interval is Student's t of these logarithms; from kBcaPairs pairs a BCa interval stands
// beside it, and where the two differ much the logarithms are skewed (docs/statistics.md). Errors as in interval.h.
// Thread-safe with a Random of one's own.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "base/result.h"
#include "stats/interval.h"

namespace wattlens::stats {

inline constexpr std::size_t kBcaPairs = 20;

// Statements about the numerator, relative to the denominator.
enum class Verdict {
  less,                 // the whole interval lies below 1
  more,                 // the whole interval lies above 1
  equivalent,           // the whole interval lies within the limit; may hold beside less or more
  not_distinguishable,  // none of these
};

std::string_view to_string(Verdict verdict);  // "less", "more", "equivalent", "not distinguishable"

// One value per repetition and the block it was measured in; equal lengths. Several values of one block count as their
// geometric mean; the order does not matter.
struct BlockedSample {
  std::span<const double> values;  // positive
  std::span<const std::int64_t> blocks;
};

struct ComparisonOptions {
  double equivalence_limit = 0.02;  // ratios in [1 / 1.02, 1.02] make no difference; symmetric under exchange
  double confidence = kConfidence;
  // Half-width of an error of the log ratio that all pairs share, such as that of a sensor's offset: it is added to
  // both ends, because repetition does not shrink it.
  double shared_error = 0.0;
};

struct Comparison {
  Estimate ratio;                    // numerator / denominator, geometric mean over the pairs
  std::optional<Interval> bca;       // of the same ratio, from kBcaPairs pairs
  std::vector<double> log_ratios;    // one per common block, in the order of the blocks
  std::vector<std::int64_t> blocks;  // of these
  double deviation = 0.0;            // standard deviation of the log ratios
  double p_value = 1.0;              // two-sided, of the t test that the mean log ratio is 0
  double detectable = 0.0;           // relative difference that would be found in 9 of 10 such comparisons
  std::vector<Verdict> verdicts;     // one, or two: less or more, and equivalent
};

// Blocks that only one of the two has are left out; two common blocks are needed. A length that does not match is a
// usage error; too few pairs and values that are not positive are not_measurable.
Result<Comparison> compare_by_block(BlockedSample numerator, BlockedSample denominator, base::Random& random,
                                    ComparisonOptions options = {});

// The same of sides that were measured at different times, without blocks: Welch's t interval of the difference of the
// mean logarithms (welch.h). What changed between them counts as a difference. Two values or more on each side.
// `log_ratios` and `blocks` stay empty, `deviation` is that of single values: sqrt((s1^2 + s2^2) / 2).
Result<Comparison> compare_separate(std::span<const double> numerator, std::span<const double> denominator,
                                    ComparisonOptions options = {});

// "less", "less, equivalent", ...
std::string verdict_text(const Comparison& comparison);

}  // namespace wattlens::stats
