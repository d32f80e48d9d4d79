// The tables of an audit: series, parts, changes, findings. Pure functions.
#pragma once

#include <span>
#include <string_view>

#include "audit/against.h"
#include "audit/audit.h"
#include "report/table.h"

namespace wattlens::report {

std::string_view to_string(audit::Severity severity);
std::string_view to_string(audit::SeriesKind kind);

Table series_table(std::span<const audit::SeriesResult> series);
Table parts_table(std::span<const audit::PartResult> parts);
Table changes_table(std::span<const audit::Change> changes);
// Those of the table of results first.
Table findings_table(std::span<const audit::FileReport> files, const audit::AgainstReport* against);
// How far the claims lie from the integrals, by what makes them.
Table against_table(const audit::AgainstReport& against);

// "J", "kJ" or "MJ", so that the number has few digits; of 0 and below "J".
struct EnergyScale {
  std::string_view unit;
  double factor;  // from J
};
EnergyScale scale_of(base::Joules energy);

// "1.402 MJ", "1.402 (1.401–1.403) MJ".
std::string energy_text(base::Joules energy);
std::string energy_text(base::Joules energy, const record::Interval<base::Joules>& interval);

}  // namespace wattlens::report
