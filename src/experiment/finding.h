// One quantity of several pairs of sides, judged together: the ratios with their intervals, verdicts and p values.
// Formulas: docs/statistics.md. Pure and thread-safe.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "record/channel.h"
#include "record/comparison.h"

namespace wattlens::experiment {

enum class Quantity { energy, time, power };
std::string_view to_string(Quantity quantity);

// Two samples of one quantity. They view the sides they were made from.
struct Contrast {
  Quantity quantity = Quantity::energy;
  std::string reason;  // why there is nothing to compare; empty where there is
  std::span<const double> base;
  std::span<const std::int64_t> base_blocks;
  std::span<const double> candidate;
  std::span<const std::int64_t> candidate_blocks;
  double shared_error = 0.0;  // of the log ratio: the half-width that the sensors' offsets make
};

// `channels` tell the offsets: one that adds u to both powers changes their log ratio by u |1/P_A - 1/P_B|.
Contrast contrast_of(const record::ComparedSide& base, const record::ComparedSide& candidate, Quantity quantity,
                     std::span<const record::Channel> channels);

struct Judgement {
  record::ComparisonDesign design = record::ComparisonDesign::blocks;
  double level = 0.05;  // for all pairs together: Holm's method gives each its own
  double equivalence_limit = 0.02;
  std::uint64_t seed = 0;
};

// One finding per contrast, in their order.
std::vector<record::Finding> judge_together(std::span<const Contrast> contrasts, const Judgement& judgement);

}  // namespace wattlens::experiment
