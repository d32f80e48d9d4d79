#include "base/random.h"

#include <array>

namespace wattlens::base {
namespace {

std::uint64_t mix(std::uint64_t z) {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

// Natural logarithm from additions and multiplications alone, so that no two C libraries disagree:
// ln(m * 2^e) = e ln 2 + 2 atanh((m - 1) / (m + 1)) with m in [sqrt(1/2), sqrt(2)).
double portable_log(double x) {
  int exponent = 0;
  double mantissa = std::frexp(x, &exponent);
  if (mantissa < 0.70710678118654752) {
    mantissa *= 2.0;
    --exponent;
  }
  const double s = (mantissa - 1.0) / (mantissa + 1.0);
  const double s2 = s * s;
  double sum = 0.0;
  for (int k = 21; k >= 1; k -= 2) sum = sum * s2 + 1.0 / k;
  return exponent * 0.69314718055994531 + 2.0 * s * sum;
}

template <std::size_t N>
double horner(const std::array<double, N>& coefficients, double x) {
  double sum = 0.0;
  for (std::size_t i = N; i-- > 0;) sum = sum * x + coefficients[i];
  return sum;
}

}  // namespace

std::uint64_t derive_seed(std::uint64_t seed, std::string_view name) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  return mix(hash ^ mix(seed + 0x9e3779b97f4a7c15ULL));
}

std::uint64_t Random::next() {
  state_ += 0x9e3779b97f4a7c15ULL;
  return mix(state_);
}

double Random::uniform() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }

std::uint64_t Random::below(std::uint64_t bound) {
  const std::uint64_t limit = bound * (UINT64_MAX / bound);
  std::uint64_t value = next();
  while (value >= limit) value = next();
  return value % bound;
}

double Random::normal() {
  // Half a step above the uniform grid: never 0, never 1.
  return normal_quantile(static_cast<double>(next() >> 12) * 0x1.0p-52 + 0x1.0p-53);
}

// 1 - u is never 0, for u < 1.
double Random::exponential() { return -portable_log(1.0 - uniform()); }

void Random::fill_normal(std::span<float> out, double mean, double deviation) {
  for (float& value : out) value = static_cast<float>(mean + deviation * normal());
}

void Random::fill_uniform(std::span<float> out, double low, double high) {
  for (float& value : out) value = static_cast<float>(low + (high - low) * uniform());
}

void Random::skip(std::uint64_t count) { state_ += count * 0x9e3779b97f4a7c15ULL; }

double normal_quantile(double probability) {
  static constexpr std::array kA = {3.3871328727963666080e0,  1.3314166789178437745e+2, 1.9715909503065514427e+3,
                                    1.3731693765509461125e+4, 4.5921953931549871457e+4, 6.7265770927008700853e+4,
                                    3.3430575583588128105e+4, 2.5090809287301226727e+3};
  static constexpr std::array kB = {1.0,
                                    4.2313330701600911252e+1,
                                    6.8718700749205790830e+2,
                                    5.3941960214247511077e+3,
                                    2.1213794301586595867e+4,
                                    3.9307895800092710610e+4,
                                    2.8729085735721942674e+4,
                                    5.2264952788528545610e+3};
  static constexpr std::array kC = {1.42343711074968357734e0,  4.63033784615654529590e0, 5.76949722146069140550e0,
                                    3.64784832476320460504e0,  1.27045825245236838258e0, 2.41780725177450611770e-1,
                                    2.27238449892691845833e-2, 7.74545014278341407640e-4};
  static constexpr std::array kD = {1.0,
                                    2.05319162663775882187e0,
                                    1.67638483018380384940e0,
                                    6.89767334985100004550e-1,
                                    1.48103976427480074590e-1,
                                    1.51986665636164571966e-2,
                                    5.47593808499534494600e-4,
                                    1.05075007164441684324e-9};
  static constexpr std::array kE = {6.65790464350110377720e0,  5.46378491116411436990e0,  1.78482653991729133580e0,
                                    2.96560571828504891230e-1, 2.65321895265761230930e-2, 1.24266094738807843860e-3,
                                    2.71155556874348757815e-5, 2.01033439929228813265e-7};
  static constexpr std::array kF = {1.0,
                                    5.99832206555887937690e-1,
                                    1.36929880922735805310e-1,
                                    1.48753612908506148525e-2,
                                    7.86869131145613259100e-4,
                                    1.84631831751005468180e-5,
                                    1.42151175831644588870e-7,
                                    2.04426310338993978564e-15};
  const double q = probability - 0.5;
  if (std::fabs(q) <= 0.425) {
    const double r = 0.180625 - q * q;
    return q * horner(kA, r) / horner(kB, r);
  }
  double r = std::sqrt(-portable_log(q < 0 ? probability : 1.0 - probability));
  double value = 0.0;
  if (r <= 5.0) {
    r -= 1.6;
    value = horner(kC, r) / horner(kD, r);
  } else {
    r -= 5.0;
    value = horner(kE, r) / horner(kF, r);
  }
  return q < 0 ? -value : value;
}

}  // namespace wattlens::base
