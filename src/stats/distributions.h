// The few distribution functions that the intervals need; the only file that knows Boost.Math. Pure, thread-safe.
#pragma once

#include <optional>

namespace wattlens::stats {

// Standard normal distribution function.
double normal_probability(double z);

// Inverse of Student's t; 0 < probability < 1, degrees > 0 (not necessarily whole); else empty.
std::optional<double> student_t_quantile(double probability, double degrees);

}  // namespace wattlens::stats
