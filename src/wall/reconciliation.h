// A wall meter's record held against the power of a machine's components: clocks, supply, and what is not covered.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "record/channel.h"
#include "record/quantity.h"
#include "wall/alignment.h"
#include "wall/component_power.h"
#include "wall/meter_trace.h"
#include "wall/supply_fit.h"

namespace wattlens::wall {

struct Reconciliation {
  Alignment alignment;
  SupplyFit fit;
  base::Seconds compared;    // of the readings that a stretch holds
  base::Joules wall_energy;  // over that time
  base::Joules component_energy;
  record::Estimate<base::Joules> not_covered;  // wall - components; holds the meter's noise, not its gain error
  std::vector<record::Warning> warnings;
};

// Fails as align() and fit_supply() do, and with usage where the powers differ by a factor that only a wrong unit
// makes.
Result<Reconciliation> reconcile(const ComponentPower& components, const MeterTrace& meter);

}  // namespace wattlens::wall
