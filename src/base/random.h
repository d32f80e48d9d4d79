// Portable seeded random numbers: the same seed gives the same numbers on every platform and in NumPy
// (tools/portable_random.py), so weights, inputs and orders can be made again anywhere.
//
// The generator is SplitMix64 (Steele, Lea, Flood 2014, "Fast splittable pseudorandom number generators") used as a
// counter: number i is a hash of (seed, i), so a stream can be entered anywhere and has no hidden state.
#pragma once

#include <cmath>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

namespace wattlens::base {

// A seed for a named part of the work: equal for equal (seed, name), unrelated otherwise. FNV-1a, then mixed.
std::uint64_t derive_seed(std::uint64_t seed, std::string_view name);

// Not thread-safe; copies are independent and continue from the same place.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next();  // uniform over all 64-bit values
  double uniform();      // [0, 1), 53 bits
  double uniform(double low, double high) { return low + (high - low) * uniform(); }
  std::uint64_t below(std::uint64_t bound);  // [0, bound), unbiased; bound > 0
  double normal();                           // N(0, 1) by Wichura's AS 241 inverse, absolute error < 1e-9
  double exponential();                      // mean 1, by inversion: -ln(1 - u)
  void fill_normal(std::span<float> out, double mean = 0.0, double deviation = 1.0);
  void fill_uniform(std::span<float> out, double low, double high);  // as uniform(low, high), rounded to float
  void skip(std::uint64_t count);                                    // as if next() had been called so often

 private:
  std::uint64_t state_;
};

// Inverse of the standard normal distribution function; 0 < probability < 1. Wichura (1988), AS 241, PPND16.
double normal_quantile(double probability);

// Fisher-Yates. The order depends only on the random numbers and the length.
template <class T>
void shuffle(std::span<T> items, Random& random) {
  for (std::size_t i = items.size(); i > 1; --i) std::swap(items[i - 1], items[random.below(i)]);
}

}  // namespace wattlens::base
