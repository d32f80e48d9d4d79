// Physical quantities as types: a number cannot be passed where another unit is meant.
// Conversions happen once, in the file that talks to a device or to text. All types are plain values.
#pragma once

#include <compare>

namespace wattlens::base {

// A double tagged with its SI unit. Only the operations that keep or lose the unit legally are defined.
template <class Tag>
struct Unit {
  double value = 0.0;

  friend constexpr auto operator<=>(Unit, Unit) = default;
  friend constexpr Unit operator+(Unit a, Unit b) { return {a.value + b.value}; }
  friend constexpr Unit operator-(Unit a, Unit b) { return {a.value - b.value}; }
  friend constexpr Unit operator-(Unit a) { return {-a.value}; }
  friend constexpr Unit operator*(Unit a, double factor) { return {a.value * factor}; }
  friend constexpr Unit operator*(double factor, Unit a) { return {a.value * factor}; }
  friend constexpr Unit operator/(Unit a, double divisor) { return {a.value / divisor}; }
  friend constexpr double operator/(Unit a, Unit b) { return a.value / b.value; }
  constexpr Unit& operator+=(Unit other) {
    value += other.value;
    return *this;
  }
  constexpr Unit& operator-=(Unit other) {
    value -= other.value;
    return *this;
  }
};

using Joules = Unit<struct JoulesTag>;
using Watts = Unit<struct WattsTag>;
using Seconds = Unit<struct SecondsTag>;
using Celsius = Unit<struct CelsiusTag>;
using Hertz = Unit<struct HertzTag>;
using Bytes = Unit<struct BytesTag>;  // exact up to 2^53

constexpr Joules operator*(Watts power, Seconds time) { return {power.value * time.value}; }
constexpr Joules operator*(Seconds time, Watts power) { return power * time; }
constexpr Watts operator/(Joules energy, Seconds time) { return {energy.value / time.value}; }
constexpr Seconds operator/(Joules energy, Watts power) { return {energy.value / power.value}; }
constexpr Hertz operator/(double count, Seconds time) { return {count / time.value}; }
constexpr double operator*(Hertz rate, Seconds time) { return rate.value * time.value; }

constexpr Seconds seconds(double value) { return {value}; }
constexpr Seconds milliseconds(double value) { return {value * 1e-3}; }
constexpr Bytes mebibytes(double value) { return {value * 1048576.0}; }

}  // namespace wattlens::base
