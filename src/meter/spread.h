// The 95 % half-width of a sum of independent errors: uniform terms and normal ones, by exact convolution.
//
// With S = sum of uniforms on [-a_k, a_k] plus a normal of deviation s, the distribution function is
//   F(x) = 1 / (2^n prod a_k) * sum over all signs e of (prod e_k) G_n(x + sum e_k a_k),
// where G_0 is the normal distribution function, G_-1 its density, and G_n = (x G_{n-1} + s^2 G_{n-2}) / n is the
// n-fold integral (by parts; s = 0 gives the piecewise polynomial of Irwin and Hall). Uniform terms that are small
// beside the whole are folded into the normal one: their shape no longer shows, and the alternating sum would lose its
// digits.
#pragma once

#include <cstddef>
#include <vector>

#include "record/quantity.h"

namespace wattlens::meter {

using record::kNormal95;

// That of Student's t over the normal one: what a deviation from few values is multiplied by. The normal one serves
// from 8 degrees of freedom on. `freedom` >= 1.
double student_over_normal(std::size_t freedom);

// Pure numbers: the caller keeps the unit. Not thread-safe.
class Spread {
 public:
  void add_uniform(double half_width);                 // >= 0
  void add_normal(double deviation);                   // >= 0
  void add(const Spread& other, double factor = 1.0);  // all of its terms times a factor >= 0, as independent ones

  // The half-width h for which the sum lies in [-h, h] with `probability` (0 < probability < 1).
  double half_width(double probability = 0.95) const;

 private:
  std::vector<double> uniforms_;
  double variance_ = 0.0;  // of the normal part
};

}  // namespace wattlens::meter
