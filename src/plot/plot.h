// A plot as plain data: panels with axes and series of points. Drawn by to_svg (plot/svg.h) and to_terminal
// (plot/terminal.h); the usual kinds are made by plot/kinds.h. Plain values; nothing here is shared between threads.
//
// An example: energy per image over batch sizes, with 95 % intervals.
//
//   plot::Plot plot{.title = "Energy per image", .note = "Bars: 95 % intervals."};
//   plot::Panel panel{.x = {.title = "batch size", .unit = "images", .scale = plot::Scale::log2},
//                     .y = {.title = "energy per image", .unit = "J", .scale = plot::Scale::log10}};
//   panel.series.push_back({.name = "alexnet",
//                           .points = {{.x = 1, .y = 0.31, .y_interval = record::Interval<double>{0.30, 0.32}},
//                                      {.x = 8, .y = 0.12, .y_interval = record::Interval<double>{0.11, 0.13}}},
//                           .join = plot::Join::line});
//   plot.panels.push_back(std::move(panel));
//   WATTLENS_TRY(const std::string svg, plot::to_svg(plot, {.command = "wattlens show last --plot a.svg"}));
//
// Categories (networks, policies): name them in the y axis; a point's y is then the position of its category, and the
// series of one category stand below each other by themselves.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "record/quantity.h"

namespace wattlens::plot {

using record::Interval;
using record::Provenance;

enum class Scale { linear, log10, log2 };

struct Axis {
  std::string title{};
  std::string unit{};  // as it stands in brackets; empty: a pure number
  Scale scale = Scale::linear;
  std::vector<std::string> categories{};  // y axis only, from top to bottom; then `scale` says nothing
  bool from_zero = false;                 // linear: the axis begins at 0
  bool percent = false;                   // linear: values are shares, and ticks per cent
};

struct Point {
  double x = 0.0;
  double y = 0.0;
  std::optional<Interval<double>> x_interval{};
  std::optional<Interval<double>> y_interval{};
  std::string label{};                           // beside the point; empty: none
  std::optional<std::size_t> shape{};            // of Plot::shapes
  Provenance provenance = Provenance::measured;  // anything else is drawn hollow, and the caption says what it is
};

// How the points of a series are joined, in their order. step: first along x, then along y; step_up: first along y.
enum class Join { none, line, step, step_up };

struct Series {
  std::string name{};  // in the legend; series of one name look alike in all panels; empty: not in the legend
  std::vector<Point> points{};
  Join join = Join::none;
  bool marks = true;
  bool band = false;     // intervals of y as a band, not as bars; for series that are joined by lines
  bool neutral = false;  // grey, beside the palette: a frontier, a guide
};

// A thin line across the panel. A label stands at its end, where it hides nothing.
struct Guide {
  enum class Across { x, y };  // the axis on which `at` lies
  Across axis = Across::x;
  double at = 0.0;
  std::string label{};
};

// A shaded range of the x axis: an equivalence limit.
struct Shade {
  Interval<double> x;
  std::string name{};  // in the legend
};

struct Panel {
  std::string heading{};
  Axis x{};
  Axis y{};
  std::vector<Series> series{};
  std::vector<Guide> guides{};
  std::optional<Shade> shade{};
};

struct Plot {
  std::string title{};
  std::string note{};  // below the plot: what the bars are, of what machine
  std::vector<Panel> panels{};
  bool shared_x = false;  // panels stand above each other on one x axis: ticks and title only below the last
  std::vector<std::string>
      shapes{};  // what the marks' shapes say, where points name theirs; else each series has its own
};

// Where a plot came from; kept inside the file.
struct Origin {
  std::string command{};
  std::string version{};
  std::vector<std::string> experiments{};  // ids
  std::string date{};                      // wall clock, a label
};

}  // namespace wattlens::plot
