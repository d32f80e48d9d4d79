#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>

#include "plot/style.h"
#include "plot/svg_frame.h"
#include "plot/text_size.h"

namespace wattlens::plot {
namespace {

// One sign and what it means.
struct Entry {
  enum class Sign { series, neutral, shape, shade };
  Sign sign = Sign::series;
  std::string name;
  std::size_t style = 0;
  bool line = false;
  bool mark = false;
  bool hollow = false;
};

// Of all series of that name: whether they have lines and marks, and whether every mark is hollow.
Entry series_entry(const Plot& plot, const std::string& name, std::size_t style) {
  Entry entry{.name = name, .style = style, .hollow = true};
  for (const Panel& panel : plot.panels) {
    for (const Series& series : panel.series) {
      if (series.neutral || series.name != name) continue;
      entry.line = entry.line || series.join != Join::none;
      entry.mark = entry.mark || series.marks;
      entry.hollow = entry.hollow && std::ranges::all_of(series.points, [](const Point& point) {
                       return point.provenance != Provenance::measured;
                     });
    }
  }
  return entry;
}

void add_neutral(const Plot& plot, std::vector<Entry>& entries) {
  for (const Panel& panel : plot.panels) {
    for (const Series& series : panel.series) {
      const bool known = std::ranges::find(entries, series.name, &Entry::name) != entries.end();
      if (series.neutral && !series.name.empty() && !known) {
        entries.push_back({.sign = Entry::Sign::neutral, .name = series.name, .line = true});
      }
    }
    if (panel.shade && !panel.shade->name.empty() &&
        std::ranges::find(entries, panel.shade->name, &Entry::name) == entries.end()) {
      entries.push_back({.sign = Entry::Sign::shade, .name = panel.shade->name});
    }
  }
}

// A single series without anything beside it needs no legend: the title says what it is.
std::vector<Entry> entries_of(const Plot& plot) {
  std::vector<Entry> entries;
  const std::vector<std::string> names = series_names(plot.panels);
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (!names[i].empty() && (names.size() > 1 || !plot.shapes.empty())) {
      entries.push_back(series_entry(plot, names[i], i));
    }
  }
  for (std::size_t i = 0; i < plot.shapes.size(); ++i) {
    entries.push_back({.sign = Entry::Sign::shape, .name = plot.shapes[i], .style = i, .mark = true});
  }
  add_neutral(plot, entries);
  return entries;
}

constexpr double kSignWidth = 15.0;
constexpr double kBetween = 8.0;
constexpr double kRow = 11.0;

void draw_sign(Canvas& canvas, const Entry& entry, Spot at, bool shapes) {
  const Spot middle{at.x + 0.5 * kSignWidth - 1.0, at.y};
  if (entry.sign == Entry::Sign::shade) {
    canvas.rectangle({at.x, at.y - 3.0, at.x + kSignWidth - 3.0, at.y + 3.0}, "#999999", 0.25);
    return;
  }
  const bool plain = entry.sign != Entry::Sign::series;
  const std::string_view colour = plain ? kNeutralColour : colour_of(entry.style);
  if (entry.line || (shapes && !plain)) {
    const double width = shapes && !entry.line ? 3.0 : 1.2;  // a patch of colour, where shapes say something else
    canvas.line({at.x, at.y}, {at.x + kSignWidth - 2.0, at.y},
                {.colour = colour, .width = width, .dashes = plain ? "" : dashes_of(entry.style)});
  }
  if (entry.mark && (plain || !shapes))
    draw_mark(canvas, middle, entry.style, kMarkSize, colour, entry.hollow && !plain);
}

double width_of(const Entry& entry) {
  return std::min(kSignWidth + text_length(entry.name, kTextSize) + kBetween, kSvgWidth - 2.0 * kSvgMargin);
}

// As many columns as have room, each as wide as its widest entry; row by row.
std::vector<double> column_widths(std::span<const Entry> entries) {
  for (std::size_t count = entries.size(); count > 1; --count) {
    std::vector<double> widths(count, 0.0);
    for (std::size_t i = 0; i < entries.size(); ++i)
      widths[i % count] = std::max(widths[i % count], width_of(entries[i]));
    const double total = std::accumulate(widths.begin(), widths.end(), 0.0);
    if (total - kBetween <= kSvgWidth - 2.0 * kSvgMargin) return widths;
  }
  return {kSvgWidth - 2.0 * kSvgMargin};
}

double draw_entries(Canvas& canvas, std::span<const Entry> entries, bool shapes, double top) {
  if (entries.empty()) return top;
  const std::vector<double> widths = column_widths(entries);
  double left = kSvgMargin;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const std::size_t column = i % widths.size();
    if (column == 0) left = kSvgMargin;
    const std::size_t row = i / widths.size();
    const Spot at{left, top + kRow * (static_cast<double>(row) + 0.5)};
    draw_sign(canvas, entries[i], at, shapes);
    const std::string name = shortened(entries[i].name, kTextSize, widths[column] - kSignWidth);
    const bool cut = name != entries[i].name;
    canvas.text({at.x + kSignWidth, at.y + 3.0}, name,
                {.size = kTextSize, .full = cut ? std::string_view(entries[i].name) : std::string_view()});
    left += widths[column];
  }
  return top + kRow * std::ceil(static_cast<double>(entries.size()) / static_cast<double>(widths.size()));
}

}  // namespace

double draw_legend(Canvas& canvas, const Plot& plot, double top) {
  const std::vector<Entry> entries = entries_of(plot);
  const auto shapes =
      std::ranges::find_if(entries, [](const Entry& entry) { return entry.sign != Entry::Sign::series; });
  const bool by_shape = !plot.shapes.empty();
  const double between = draw_entries(canvas, {entries.begin(), shapes}, by_shape, top);
  const double bottom = draw_entries(canvas, {shapes, entries.end()}, by_shape, between);
  return bottom > top ? bottom + 4.0 : top;
}

}  // namespace wattlens::plot
