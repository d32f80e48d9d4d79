#include "plot/style.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace wattlens::plot {
namespace {

constexpr std::array<std::string_view, 7> kColours = {"#0072B2", "#D55E00", "#009E73", "#CC79A7",
                                                      "#56B4E9", "#E69F00", "#000000"};
constexpr std::array<int, 7> kTerminalColours = {32, 166, 36, 175, 81, 214, 8};
constexpr std::array<std::string_view, 4> kDashes = {"", "4 2", "1.5 1.5", "6 2 1.5 2"};
constexpr std::array<std::string_view, kShapes> kFilled = {"●", "■", "▲", "◆", "▼", "★", "▶", "◀", "✚"};
constexpr std::array<std::string_view, kShapes> kHollow = {"○", "□", "△", "◇", "▽", "☆", "▷", "◁", "✛"};

// Corners of a regular figure; `inner` below 1 makes a star of it, with a corner inside between any two.
struct Figure {
  int corners = 0;      // 0: a circle
  double turned = 0.0;  // degrees, of the first corner against upwards
  double radius = 1.0;
  double inner = 1.0;
};

constexpr std::array<Figure, kShapes> kFigures = {{{0, 0, 1.0, 1.0},
                                                   {4, 45, 1.25, 1.0},
                                                   {3, 0, 1.4, 1.0},
                                                   {4, 0, 1.35, 1.0},
                                                   {3, 180, 1.4, 1.0},
                                                   {5, 0, 1.6, 0.42},
                                                   {3, 90, 1.4, 1.0},
                                                   {3, 270, 1.4, 1.0},
                                                   {4, 0, 1.6, 0.45}}};

}  // namespace

std::string_view colour_of(std::size_t style) { return kColours.at(style % kColours.size()); }
std::string_view dashes_of(std::size_t style) { return kDashes.at(style / kColours.size() % kDashes.size()); }
int terminal_colour(std::size_t style) { return kTerminalColours.at(style % kTerminalColours.size()); }

std::string_view terminal_mark(std::size_t shape, bool hollow) {
  return (hollow ? kHollow : kFilled).at(shape % kShapes);
}

void draw_mark(Canvas& canvas, Spot at, std::size_t shape, double size, std::string_view colour, bool hollow) {
  const Figure& figure = kFigures.at(shape % kShapes);
  const std::string_view fill = hollow ? "#ffffff" : colour;
  const Stroke stroke{.colour = colour, .width = 0.8};
  const double radius = 0.5 * size * figure.radius;
  if (figure.corners == 0) {
    canvas.circle(at, radius, fill, stroke);
    return;
  }
  std::vector<Spot> spots;
  const int between = figure.inner < 1.0 ? 2 : 1;
  for (int i = 0; i < figure.corners * between; ++i) {
    const double reach = radius * (i % between == 0 ? 1.0 : figure.inner);
    const double angle =
        (figure.turned / 180.0 + 2.0 * i / static_cast<double>(figure.corners * between)) * std::numbers::pi;
    spots.push_back({at.x + reach * std::sin(angle), at.y - reach * std::cos(angle)});
  }
  canvas.polygon(spots, fill, &stroke);
}

std::vector<std::string> series_names(const std::vector<Panel>& panels) {
  std::vector<std::string> names;
  for (const Panel& panel : panels) {
    for (const Series& series : panel.series) {
      if (series.neutral || std::ranges::find(names, series.name) != names.end()) continue;
      names.push_back(series.name);
    }
  }
  return names;
}

}  // namespace wattlens::plot
