#include "stats/distributions.h"

#include <algorithm>
#include <boost/math/distributions/chi_squared.hpp>
#include <boost/math/distributions/fisher_f.hpp>
#include <boost/math/distributions/non_central_t.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <boost/math/quadrature/gauss.hpp>
#include <cmath>

namespace wattlens::stats {
namespace {

namespace policies = boost::math::policies;
// No exceptions: an argument outside the domain gives NaN, which becomes "empty".
using Quiet =
    policies::policy<policies::domain_error<policies::ignore_error>, policies::pole_error<policies::ignore_error>,
                     policies::overflow_error<policies::ignore_error>,
                     policies::evaluation_error<policies::ignore_error>>;
using StudentT = boost::math::students_t_distribution<double, Quiet>;

std::optional<double> finite(double value) {
  if (!std::isfinite(value)) return std::nullopt;
  return value;
}

// Sum of Gauss-Legendre integrals over equal parts of [low, high].
template <class Function>
double integrate(Function function, double low, double high, int parts) {
  const double step = (high - low) / parts;
  double sum = 0.0;
  for (int i = 0; i < parts; ++i) {
    sum += boost::math::quadrature::gauss<double, 20>::integrate(function, low + i * step, low + (i + 1) * step);
  }
  return sum;
}

// Beyond it a standard normal density is below 1e-15.
constexpr double kFarNormal = 8.3;

// Probability that the range of that many standard normal values is below `range`.
double range_probability(double range, int groups) {
  if (range <= 0.0) return 0.0;
  const auto density = [&](double z) {
    const double between = normal_probability(z) - normal_probability(z - range);
    return 0.3989422804014327 * std::exp(-0.5 * z * z) * std::pow(between, groups - 1);
  };
  // z is the largest of them.
  return std::min(1.0, groups * integrate(density, -kFarNormal, kFarNormal, 6));
}

}  // namespace

double normal_probability(double z) { return 0.5 * std::erfc(-z / 1.4142135623730951); }

double normal_two_sided(double z) { return std::erfc(std::fabs(z) / 1.4142135623730951); }

std::optional<double> student_t_quantile(double probability, double degrees) {
  if (!(probability > 0.0 && probability < 1.0) || !(degrees > 0.0)) return std::nullopt;
  return finite(boost::math::quantile(StudentT(degrees), probability));
}

std::optional<double> student_t_two_sided(double t, double degrees) {
  if (!std::isfinite(t) || !(degrees > 0.0)) return std::nullopt;
  return finite(2.0 * boost::math::cdf(boost::math::complement(StudentT(degrees), std::fabs(t))));
}

std::optional<double> student_t_power(double critical, double degrees, double noncentrality) {
  if (!std::isfinite(critical) || !(critical > 0.0) || !(degrees > 0.0) || !std::isfinite(noncentrality)) {
    return std::nullopt;
  }
  const boost::math::non_central_t_distribution<double, Quiet> shifted(degrees, noncentrality);
  return finite(boost::math::cdf(shifted, -critical) + boost::math::cdf(boost::math::complement(shifted, critical)));
}

std::optional<double> chi_squared_upper(double x, double degrees) {
  if (!(x >= 0.0) || !std::isfinite(x) || !(degrees > 0.0)) return std::nullopt;
  const boost::math::chi_squared_distribution<double, Quiet> distribution(degrees);
  return finite(boost::math::cdf(boost::math::complement(distribution, x)));
}

std::optional<double> f_upper(double f, double numerator_degrees, double denominator_degrees) {
  if (!(f >= 0.0) || !std::isfinite(f) || !(numerator_degrees > 0.0) || !(denominator_degrees > 0.0)) {
    return std::nullopt;
  }
  const boost::math::fisher_f_distribution<double, Quiet> distribution(numerator_degrees, denominator_degrees);
  return finite(boost::math::cdf(boost::math::complement(distribution, f)));
}

std::optional<double> studentised_range_upper(double range, int groups, double degrees) {
  if (!(range >= 0.0) || !std::isfinite(range) || groups < 2 || !(degrees >= 1.0)) return std::nullopt;
  // Of so many degrees of freedom the standard deviation is known to 1e-6.
  if (degrees > 1e12) return 1.0 - range_probability(range, groups);
  // s is the estimated over the true standard deviation: a chi distribution over the root of its degrees of freedom.
  const double half = 0.5 * degrees;
  const double scale = std::log(2.0) + half * std::log(half) - std::lgamma(half);
  const auto beyond = [&](double s) {
    if (s <= 0.0) return 0.0;
    const double density = std::exp(scale + (degrees - 1.0) * std::log(s) - half * s * s);
    return density * (1.0 - range_probability(range * s, groups));
  };
  const double spread = kFarNormal / std::sqrt(2.0 * degrees);
  return std::clamp(integrate(beyond, std::max(0.0, 1.0 - spread), 1.0 + 1.5 * spread, 8), 0.0, 1.0);
}

}  // namespace wattlens::stats
