// Colours, marks and dashes of series: told apart by colour-blind readers and without colour. Pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "plot/canvas.h"
#include "plot/plot.h"

namespace wattlens::plot {

// Okabe and Ito's palette (jfly.uni-koeln.de/color) without its yellow, which is too pale on white.
std::string_view colour_of(std::size_t style);
std::string_view dashes_of(std::size_t style);  // solid for the first round of colours
std::string_view terminal_mark(std::size_t shape, bool hollow);
int terminal_colour(std::size_t style);  // of the 256 of a terminal

inline constexpr std::string_view kNeutralColour = "#666666";
inline constexpr std::size_t kShapes = 9;

// Closed, so that hollow and filled differ.
void draw_mark(Canvas& canvas, Spot at, std::size_t shape, double size, std::string_view colour, bool hollow);

// The names of the series, each once, in the order of the panels: a series' position is its style.
std::vector<std::string> series_names(const std::vector<Panel>& panels);

}  // namespace wattlens::plot
