// How large a difference is, whatever the test says of it. Errors as in summary.h. Pure and thread-safe.
#pragma once

#include <span>
#include <string_view>

#include "base/result.h"

namespace wattlens::stats {

enum class Magnitude { negligible, small, medium, large };
std::string_view to_string(Magnitude magnitude);

// Cliff (1993), "Dominance statistics": the share of pairs (x of one, y of other) with x > y less that with x < y;
// -1 ... 1, ties count as neither. It ignores that values were paired: what varies from block to block pulls it to 0.
Result<double> cliffs_delta(std::span<const double> one, std::span<const double> other);
// |delta| below 0.147, 0.33, 0.474: Romano and others (2006).
Magnitude magnitude_of_cliffs_delta(double delta);

// Eta squared of a Kruskal-Wallis test (Tomczak and Tomczak 2014): (H - k + 1) / (n - k) for k groups of n values in
// all; may be a little below 0. n > k >= 2, else a usage error.
Result<double> eta_squared_of_h(double h, std::size_t groups, std::size_t count);
// Below 0.01, 0.06, 0.14: Cohen (1988).
Magnitude magnitude_of_eta_squared(double eta_squared);

}  // namespace wattlens::stats
