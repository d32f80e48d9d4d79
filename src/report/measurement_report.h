// What `wattlens measure` found: for programs (schema "wattlens.measure/1", docs/formats.md) and for a person. Pure.
#pragma once

#include <string>
#include <string_view>

#include "base/json.h"
#include "record/measurement.h"
#include "report/page.h"

namespace wattlens::report {

inline constexpr std::string_view kMeasureSchema = "wattlens.measure/1";

// The members of the last run; with several runs also `repetitions`, and emissions of the mean.
base::Json measurement_json(const record::MeasurementSeries& series);

// A headline, the channels, idle power, warnings, and what would narrow the interval.
Page measurement_page(const record::MeasurementSeries& series);

// Mass of CO2 equivalents of an energy, in grams.
double emissions_g(record::Joules energy, const record::GridFactor& grid, std::optional<double> pue);

// The energies of a window's channels that are in the total, where that itself is missing; empty where there are none.
std::optional<record::Joules> partial_energy(const record::Window& window);

// Idle power of the channels in the total together; empty where one of them was not seen.
std::optional<record::Watts> idle_sum(const std::vector<record::IdleBaseline>& idle,
                                      const std::vector<std::string>& channels);

}  // namespace wattlens::report
