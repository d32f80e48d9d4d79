// A number with what is known about it: its 95 % interval and where it came from.
#pragma once

#include <optional>
#include <string>

#include "base/units.h"

namespace wattlens::record {

using base::Bytes;
using base::Celsius;
using base::Hertz;
using base::Joules;
using base::Seconds;
using base::Watts;

// Where a number came from, from the most to the least trustworthy. A simulated one comes from a scenario and says
// nothing of this machine. A missing one has a reason and is never 0.
enum class Provenance { measured, modelled, simulated, missing };

// 95 % bounds, low <= high.
template <class T>
struct Interval {
  T low{};
  T high{};
};

// A mean (or median) with its 95 % interval; T is a unit, or double for a pure number or a rate named in the field.
template <class T>
struct Estimate {
  T value{};
  T low{};
  T high{};
};

// Half the width of a normal distribution's 95 % interval, in standard deviations.
inline constexpr double kNormal95 = 1.959963984540054;

// An energy, with two intervals (docs/measurement.md): `absolute` holds the true value, with the sensor's gain and
// offset spread; `relative` leaves out what cancels when two energies of one sensor are compared.
struct Energy {
  std::optional<Joules> value;               // empty exactly when provenance is missing
  std::optional<Interval<Joules>> absolute;  // empty also when nothing is known of the sensor's spread
  std::optional<Interval<Joules>> relative;
  Provenance provenance = Provenance::missing;
  std::string method;  // "powercap", or the model's name where modelled
  std::string reason;  // why it is missing: "permission", "absent", "stuck", ...
  std::string hint;    // the command that mends it
};

}  // namespace wattlens::record
