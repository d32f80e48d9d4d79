// The few distribution functions that intervals and tests need; the only file that knows Boost.Math. Arguments outside
// the domain, and NaN, give nothing. Pure, thread-safe.
#pragma once

#include <optional>

namespace wattlens::stats {

// Standard normal distribution function.
double normal_probability(double z);
// Probability of a standard normal value at least as far from 0 as z.
double normal_two_sided(double z);

// Inverse of Student's t; 0 < probability < 1, degrees > 0 (not necessarily whole); else empty.
std::optional<double> student_t_quantile(double probability, double degrees);
// Probability of a value at least as far from 0 as t.
std::optional<double> student_t_two_sided(double t, double degrees);
// Probability that a t test with that critical value (> 0) finds an effect whose statistic has the non-central t
// distribution: |T| > critical.
std::optional<double> student_t_power(double critical, double degrees, double noncentrality);

// Probability of a larger value.
std::optional<double> chi_squared_upper(double x, double degrees);
std::optional<double> f_upper(double f, double numerator_degrees, double denominator_degrees);

// Probability of a larger studentised range of `groups` (2 or more) normal values; degrees >= 1. Numerical integration
// of the double integral in Lund and Lund (1983), AS 190; absolute error below 1e-9.
std::optional<double> studentised_range_upper(double range, int groups, double degrees);

}  // namespace wattlens::stats
