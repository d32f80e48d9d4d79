#include "wall/reconciliation.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace wattlens::wall {
namespace {

using base::Joules;
using base::Watts;

double sum_of(const std::vector<Watts>& powers) {
  double sum = 0.0;
  for (const Watts power : powers) sum += power.value;
  return sum;
}

// A machine that needs a hundred times what its processors and boards need is none; one that needs a hundredth is mW
// for W.
Result<void> check_unit(const Pairs& pairs, const MeterTrace& meter) {
  constexpr double kMost = 100.0;
  const double ratio = sum_of(pairs.wall) / sum_of(pairs.components);
  if (ratio < kMost && ratio > 1.0 / kMost) return {};
  return fail(ErrorKind::usage,
              fmt::format("{} reads {:.3g} times the components' power: '{}' is not in the unit it is taken for",
                          meter.file, ratio, meter.column),
              ratio > 1.0 ? "name its unit: --unit mW" : "name its unit: --unit kW");
}

void add_warnings(Reconciliation& found, const MeterTrace& meter) {
  const auto warn = [&](std::string code, std::string message, std::string hint) {
    found.warnings.push_back({std::move(code), "", std::move(message), std::move(hint)});
  };
  const SupplyFit& fit = found.fit;
  if (fit.slope.high < 1.0) {
    warn("efficiency_over_1",
         fmt::format("for each watt of the components the wall's power grows by {:.3f} W only: a supply cannot give "
                     "more than it takes",
                     fit.slope.value),
         "components are counted twice, their sensors read too much, or the meter reads too little");
  } else if (fit.slope.high - fit.slope.low > 0.2) {
    warn("efficiency_unknown",
         fmt::format("the efficiency is hardly known: the power changed too little, or too seldom"),
         "measure with more changes of load, over a wider range");
  }
  if (fit.offset.high.value < 0.0) {
    warn("negative_offset",
         fmt::format("the fit says {:.3g} W at no load of the components, which cannot be", fit.offset.value.value),
         "the supply is not linear over this range, or the meter reads too little at low power");
  }
  const double width = (found.alignment.shift.high - found.alignment.shift.low).value;
  if (width > meter.step.value) {
    warn("shift_uncertain", fmt::format("the clocks are aligned to {:.2g} s only", width),
         "more changes of load, or a meter that logs more often");
  }
  constexpr std::int64_t kFew = 60;
  if (fit.readings < kFew) {
    warn("few_readings", fmt::format("only {} readings of the meter could be compared", fit.readings),
         "a longer experiment, or a meter that logs more often");
  }
}

}  // namespace

Result<Reconciliation> reconcile(const ComponentPower& components, const MeterTrace& meter) {
  Reconciliation found;
  WATTLENS_TRY(found.alignment, align(components, meter));
  const Pairs pairs = pairs_at(components, meter, found.alignment.shift.value);
  WATTLENS_CHECK(check_unit(pairs, meter));
  WATTLENS_TRY(found.fit, fit_supply(pairs.components, pairs.wall));
  found.compared = meter.step * static_cast<double>(pairs.wall.size());
  found.wall_energy = Joules{sum_of(pairs.wall) * meter.step.value};
  found.component_energy = Joules{sum_of(pairs.components) * meter.step.value};
  const auto& missing = found.fit.not_covered;
  found.not_covered = {missing.value * found.compared, missing.low * found.compared, missing.high * found.compared};
  found.warnings = meter.warnings;
  add_warnings(found, meter);
  return found;
}

}  // namespace wattlens::wall
