// An energy that somebody claims, against the one that the readings give: does it hold, and if not, which known fault
// makes it. Pure functions.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/units.h"

namespace wattlens::audit {

// What the readings of the run give.
struct Evidence {
  base::Joules integral;
  base::Watts sum_of_power;  // of all readings
  base::Seconds duration;
  base::Watts highest;
  std::optional<base::Watts> limit;
};

// A fault as what it would make of the evidence.
struct KnownFault {
  std::string_view code;
  std::string_view words;
  std::optional<base::Joules> (*makes)(const Evidence&);
  double tolerance;  // relative, of the claim against what the fault makes
};
std::span<const KnownFault> known_faults();

// The faults that would explain the claim, the nearest first; empty where none does.
std::vector<const KnownFault*> explain(base::Joules claimed, const Evidence& evidence);

}  // namespace wattlens::audit
