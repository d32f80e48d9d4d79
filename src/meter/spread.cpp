#include "meter/spread.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <span>

namespace wattlens::meter {
namespace {

constexpr std::size_t kMostUniforms = 6;
constexpr double kSmall = 0.1;  // of the standard deviation of the whole

double normal_density(double z) { return std::exp(-0.5 * z * z) / std::sqrt(2.0 * std::numbers::pi); }
double normal_distribution(double z) { return 0.5 * std::erfc(-z / std::numbers::sqrt2); }

// G_n(x) of the header for a normal of deviation s >= 0.
double repeated_integral(std::size_t n, double x, double s) {
  double before = s > 0.0 ? normal_density(x / s) / s : 0.0;
  double current = s > 0.0 ? normal_distribution(x / s) : (x > 0.0 ? 1.0 : x < 0.0 ? 0.0 : 0.5);
  for (std::size_t k = 1; k <= n; ++k) {
    const double next = (x * current + s * s * before) / static_cast<double>(k);
    before = current;
    current = next;
  }
  return current;
}

double distribution(double x, std::span<const double> uniforms, double s) {
  const std::size_t n = uniforms.size();
  double scale = 1.0;
  for (const double a : uniforms) scale *= 2.0 * a;
  double sum = 0.0;
  for (std::size_t signs = 0; signs < (std::size_t{1} << n); ++signs) {
    double shifted = x;
    double sign = 1.0;
    for (std::size_t k = 0; k < n; ++k) {
      const bool plus = (signs >> k & 1U) == 0;
      shifted += plus ? uniforms[k] : -uniforms[k];
      if (!plus) sign = -sign;
    }
    sum += sign * repeated_integral(n, shifted, s);
  }
  return sum / scale;
}

}  // namespace

double student_over_normal(std::size_t freedom) {
  constexpr auto kStudent95 = std::to_array({12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365});
  return freedom <= kStudent95.size() ? kStudent95[freedom - 1] / kNormal95 : 1.0;
}

void Spread::add_uniform(double half_width) {
  if (half_width > 0.0) uniforms_.push_back(half_width);
}

void Spread::add_normal(double deviation) { variance_ += deviation * deviation; }

void Spread::add(const Spread& other, double factor) {
  uniforms_.reserve(uniforms_.size() + other.uniforms_.size());
  for (const double half_width : other.uniforms_) uniforms_.push_back(half_width * factor);
  variance_ += other.variance_ * factor * factor;
}

double Spread::half_width(double probability) const {
  double variance = variance_;
  double widest = 0.0;
  for (const double a : uniforms_) variance += a * a / 3.0;
  const double whole = std::sqrt(variance);
  if (whole <= 0.0) return 0.0;
  // In units of the whole, so that the sum below never under- or overflows.
  std::vector<double> large = uniforms_;
  std::ranges::sort(large, std::greater<>());
  double normal = variance_ / variance;
  std::erase_if(large, [&, index = std::size_t{0}](double& a) mutable {
    a /= whole;
    const bool fold = index++ >= kMostUniforms || a < kSmall;
    if (fold) normal += a * a / 3.0;
    return fold;
  });
  for (const double a : large) widest += a;
  const double s = std::sqrt(normal);
  const double wanted = 0.5 + 0.5 * probability;
  double low = 0.0;
  double high = widest + 10.0 * s;
  for (int i = 0; i < 60; ++i) {
    const double middle = 0.5 * (low + high);
    (distribution(middle, large, s) < wanted ? low : high) = middle;
  }
  return 0.5 * (low + high) * whole;
}

}  // namespace wattlens::meter
