// The data of a panel in a drawing: bands, lines, intervals, marks, labels.
#pragma once

#include <span>
#include <string>

#include "plot/canvas.h"
#include "plot/svg_frame.h"

namespace wattlens::plot {

// `names`: those of series_names, which give each series its look. `shapes`: marks have the shapes of their points.
void draw_data(Canvas& canvas, const PlacedPanel& panel, std::span<const std::string> names, bool shapes);

}  // namespace wattlens::plot
