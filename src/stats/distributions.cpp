#include "stats/distributions.h"

#include <boost/math/distributions/students_t.hpp>
#include <cmath>

namespace wattlens::stats {
namespace {

namespace policies = boost::math::policies;
// No exceptions: an argument outside the domain gives NaN, which the caller turns into "empty".
using Quiet =
    policies::policy<policies::domain_error<policies::ignore_error>, policies::pole_error<policies::ignore_error>,
                     policies::overflow_error<policies::ignore_error>,
                     policies::evaluation_error<policies::ignore_error>>;

}  // namespace

double normal_probability(double z) { return 0.5 * std::erfc(-z / 1.4142135623730951); }

std::optional<double> student_t_quantile(double probability, double degrees) {
  if (!(probability > 0.0 && probability < 1.0) || !(degrees > 0.0)) return std::nullopt;
  const boost::math::students_t_distribution<double, Quiet> distribution(degrees);
  const double value = boost::math::quantile(distribution, probability);
  if (!std::isfinite(value)) return std::nullopt;
  return value;
}

}  // namespace wattlens::stats
