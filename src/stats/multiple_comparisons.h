// Several comparisons at once: p values that allow for their number, and letters that show which groups differ.
//
// Errors: a p outside [0, 1] and a table that does not fit are usage errors. Pure and thread-safe.
#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"

namespace wattlens::stats {

// Holm (1979), "A simple sequentially rejective multiple test procedure": the i-th smallest of m p values times
// m - i + 1, made monotonic, at most 1. In the order of `p_values`. Holds for dependent comparisons too.
Result<std::vector<double>> holm_adjusted(std::span<const double> p_values);

// The level at which Holm's procedure judges each comparison, for an overall `level`: level / m for the smallest p,
// level / (m - 1) for the next, and so on until one is not rejected; all that follow are judged at its level. An
// interval of that confidence excludes "no difference" exactly where Holm's procedure rejects.
Result<std::vector<double>> holm_levels(std::span<const double> p_values, double level);

// Letters for `groups` groups: two groups share a letter exactly where the pair is not in `different` (0-based
// positions). Piepho (2004), "An algorithm for a letter-based representation of all-pairwise comparisons", insert and
// absorb; the first group has an "a". After z comes "aa".
Result<std::vector<std::vector<std::string>>> compact_letters(
    std::size_t groups, std::span<const std::pair<std::size_t, std::size_t>> different);

}  // namespace wattlens::stats
