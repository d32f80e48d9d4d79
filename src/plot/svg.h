// A plot as an SVG file, for the screen and for a column of print (readable at 8 cm). Pure functions.
#pragma once

#include <string>
#include <string_view>

#include "base/json.h"
#include "plot/plot.h"

namespace wattlens::plot {

inline constexpr std::string_view kPlotSchema = "wattlens.plot/1";

// SVG 1.1; text stays text. `origin` and all numbers are inside, as JSON in <metadata>. Labels that find no place and
// text that is too long are shortened or left out; they are whole in the data, and where the mouse rests.
// Errors: not_found, where there is nothing to draw.
Result<std::string> to_svg(const Plot& plot, const Origin& origin);

// The plot's data as schema "wattlens.plot/1": what the metadata of the SVG holds.
base::Json plot_json(const Plot& plot, const Origin& origin);

}  // namespace wattlens::plot
