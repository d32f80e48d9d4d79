// How far the clock of a wall meter is ahead of the machine's, found from the two powers themselves.
//
// For a shift d the reading at meter time t is held against the components' mean power from t - step - d to t - d. The
// evidence for a shift is -n ln(1 - r^2), the gain in log likelihood (times two) of a straight line with normal
// residuals over none, n the readings less those that hang together; d is the shift of the most evidence. Its 95 %
// interval holds the shifts whose evidence, by the same readings, is less by up to 3.84 (likelihood ratio, chi squared
// with one degree; Wilks 1938). Pure, thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/result.h"
#include "record/quantity.h"
#include "wall/component_power.h"
#include "wall/meter_trace.h"

namespace wattlens::wall {

struct Alignment {
  record::Estimate<base::Seconds> shift;  // meter time - components' time, of their own begins
  double correlation = 0.0;
  std::int64_t readings = 0;  // that a stretch of the components holds
};

// Fails with not_measurable where fewer than kFewestPairs readings lie in a stretch at any shift (too coarse, or no
// overlap), where no shift stands out (flat power, or another load), or where another shift fits as well (ambiguous: it
// is named).
Result<Alignment> align(const ComponentPower& components, const MeterTrace& meter);

// The readings that a stretch holds at that shift, with the components' power of the same time, in order.
struct Pairs {
  std::vector<base::Watts> components;
  std::vector<base::Watts> wall;
};
Pairs pairs_at(const ComponentPower& components, const MeterTrace& meter, base::Seconds shift);

}  // namespace wattlens::wall
