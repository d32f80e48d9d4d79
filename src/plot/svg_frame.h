// The parts of a drawing around its data: where each panel lies, axes, grid, legend. In user units of the SVG.
#pragma once

#include <string>
#include <vector>

#include "plot/canvas.h"
#include "plot/frame.h"
#include "plot/ticks.h"

namespace wattlens::plot {

inline constexpr double kSvgWidth = 320.0;
inline constexpr double kSvgMargin = 8.0;
inline constexpr double kTextSize = 8.5;
inline constexpr double kSeriesPitch = 7.5;  // between the series of one category
inline constexpr double kMarkSize = 4.2;

// A panel with its place.
struct PlacedPanel {
  const Frame* frame = nullptr;
  Box area;  // of the data
  Ticks x;
  Ticks y;                                      // none of categories
  std::vector<std::vector<std::string>> names;  // of categories, in lines
  std::vector<Interval<double>> rows;           // of categories, from the upper edge to the lower
  std::vector<std::size_t> lanes;               // of each series within a category
  std::size_t lane_count = 1;
  bool x_text = true;  // ticks' labels and title below

  // Where a point of a series is drawn; at the edge, where an axis does not reach it.
  Spot spot(double x_value, double y_value, std::size_t series) const;
};

// The panels below each other from `top` on. Returns them and, in `bottom`, where the last one ends.
std::vector<PlacedPanel> place_panels(const std::vector<Frame>& frames, bool shared_x, double top, double& bottom);

void draw_background(Canvas& canvas, const PlacedPanel& panel);  // grid, shade, guides
void draw_axes(Canvas& canvas, const PlacedPanel& panel);

// From `top` on; returns where it ends.
double draw_legend(Canvas& canvas, const Plot& plot, double top);

}  // namespace wattlens::plot
