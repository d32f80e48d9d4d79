// A plot as text for a terminal: Unicode signs, a width in columns, colour or none. Pure function.
#pragma once

#include <string>

#include "base/result.h"
#include "plot/plot.h"

namespace wattlens::plot {

struct TerminalOptions {
  bool colour = false;
  int width = 100;  // columns
};

inline constexpr int kLeastPlotWidth = 40;  // a narrower terminal breaks the lines itself

// Category panels have a row per point, with its value; others are drawn on a grid. Marks are told apart by shape; the
// shapes of Plot::shapes are not shown. Labels that find no room are left out.
// Errors: as to_svg.
Result<std::string> to_terminal(const Plot& plot, const TerminalOptions& options);

}  // namespace wattlens::plot
