// What a calibration finds out about one sensor. Plain values.
#pragma once

#include <optional>
#include <string>

#include "base/units.h"
#include "record/quantity.h"

namespace wattlens::calibration {

using base::Seconds;
using base::Watts;

// A figure with its 95 % interval, or why the data do not tell it.
template <class T>
struct Finding {
  std::optional<record::Estimate<T>> value;
  std::string reason;  // where there is no value, in words: "it moves faster than it was read"
};

struct Figures {
  Finding<Seconds> update_period;     // between two updates, in the mean
  Finding<Seconds> jitter;            // standard deviation of the time between two updates
  Finding<Seconds> averaging_window;  // an update is the mean of so long ...
  Finding<Seconds> lag;               // ... which ended so long before the update
  Finding<double> duty;               // share of the time that is seen: window / period, at most 1
  Finding<Watts> idle_noise;          // standard deviation of single updates at rest
  Finding<Watts> load_power;          // by which the load raised the reading
};

}  // namespace wattlens::calibration
