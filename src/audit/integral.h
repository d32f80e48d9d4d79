// The energy of a series, computed anew, with an interval that says what it holds. Pure functions.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "audit/series_scan.h"
#include "record/quantity.h"

namespace wattlens::audit {

// What is known beforehand of the sensors of a kind; as in record::Channel.
struct SensorError {
  double gain_low = 0.0;
  double gain_high = 0.0;
  std::optional<record::Interval<base::Watts>> offset;
  std::optional<double> duty;  // the share of the time that the sensor sees, where it is below 1
};
// Nothing where nobody ever compared such a sensor with a meter. May be empty.
using SensorErrors = std::function<std::optional<SensorError>(const SeriesInfo&)>;

struct Integral {
  base::Joules energy;
  record::Interval<base::Joules> relative;                 // without the sensor's own error
  std::optional<record::Interval<base::Joules>> absolute;  // with it; empty where nothing is known of it
  std::vector<std::string> holds;                          // what the (wider) interval contains, with figures
  std::vector<std::string> leaves_out;
};

// A step so long that something was not logged: more than so many usual ones.
inline constexpr double kGap = 5.0;
bool is_gap(base::Seconds step, base::Seconds usual_step);
// A clock that was set by an hour, as daylight saving does, within a log of shorter steps.
bool is_hour_step(base::Seconds step, base::Seconds usual_step);

// Gauges: trapezoid over what each reading covers, as docs/measurement.md has it; the 95 % sampling term is
// 1.96 √Σ ½ (ΔP Δt)², from the differences of neighbours (von Neumann 1941). In a gap the power was one of those seen:
// a bound, added as it is. An hour that the clock was set by is left out. Empty where there are not two readings with a
// step between them.
std::optional<Integral> integrate(const SeriesScan& scan, const SensorErrors& sensors = {});

}  // namespace wattlens::audit
