// The carbon intensity of a grid: a number that the user gives, or that of a country, with year and source.
//
// Countries are in data/grid_carbon.json, which travels inside the program. Pure and thread-safe.
#pragma once

#include <string_view>

#include "base/result.h"
#include "record/measurement.h"

namespace wattlens::cli {

// `text` is a number of g CO2e per kWh, a three-letter country code (ISO 3166-1) or a country's name, in any case.
// Errors are of kind usage and name the nearest zones.
Result<record::GridFactor> grid_factor(std::string_view text);

// data/grid_carbon.json as it was when the program was built.
std::string_view grid_carbon_text();

}  // namespace wattlens::cli
