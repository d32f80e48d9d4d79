#include "plot/svg_frame.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "plot/style.h"
#include "plot/text_size.h"

namespace wattlens::plot {
namespace {

constexpr double kSinglePanelHeight = 165.0;
constexpr double kStackedPanelHeight = 118.0;
constexpr double kLineHeight = 10.0;
constexpr double kTitleRoom = 12.0;     // of an axis's title
constexpr double kWidestNames = 105.0;  // of categories
constexpr double kGap = 4.0;
constexpr double kBold = 1.15;  // how much wider bold letters are
constexpr Stroke kAxisStroke{.colour = "#000000", .width = 0.7};
constexpr Stroke kGridStroke{.colour = "#e2e2e2", .width = 0.5};

std::string axis_title(const Axis& axis, int exponent) {
  std::string unit = axis.percent ? "%" : axis.unit;
  if (exponent != 0) unit = fmt::format("10^{}{}{}", exponent, unit.empty() ? "" : " ", unit);
  if (unit.empty()) return axis.title;
  return axis.title.empty() ? unit : fmt::format("{} ({})", axis.title, unit);
}

double widest_label(const Ticks& ticks) {
  double widest = 0.0;
  for (const Tick& tick : ticks.ticks) widest = std::max(widest, text_length(tick.label, kTextSize));
  return widest;
}

double guide_room(const Panel& panel) {
  double widest = 0.0;
  for (const Guide& guide : panel.guides) {
    if (guide.axis == Guide::Across::y) widest = std::max(widest, text_length(guide.label, kTextSize) + kGap);
  }
  return widest;
}

bool has_x_guide_labels(const Panel& panel) {
  return std::ranges::any_of(panel.guides,
                             [](const Guide& guide) { return guide.axis == Guide::Across::x && !guide.label.empty(); });
}

// As many as stand beside each other without touching.
Ticks x_ticks(const Axis& axis, const Range& range, double width) {
  constexpr int kMost = 10;
  constexpr double kBetween = 5.0;
  for (int most = kMost; most > 2; --most) {
    Ticks ticks = make_ticks({range.low, range.high}, range.scale, most, axis.percent);
    double free_from = -width;
    bool fits = true;
    for (const Tick& tick : ticks.ticks) {
      if (tick.label.empty()) continue;
      const double half = 0.5 * text_length(tick.label, kTextSize);
      const double middle = range.place(tick.at) * width;
      fits = fits && middle - half >= free_from;
      free_from = middle + half + kBetween;
    }
    if (fits) return ticks;
  }
  return make_ticks({range.low, range.high}, range.scale, 2, axis.percent);
}

void lay_categories(PlacedPanel& panel) {
  const Panel& data = panel.frame->panel;
  panel.lane_count = 0;
  for (const Series& series : data.series) {
    panel.lanes.push_back(panel.lane_count);
    if (!series.points.empty()) ++panel.lane_count;
  }
  for (const std::string& name : data.y.categories) panel.names.push_back(wrapped(name, kTextSize, kWidestNames, 2));
}

// Rows from `top` on; without categories one area of a set height.
double lay_rows(PlacedPanel& panel, double top, double height) {
  if (panel.names.empty()) return top + height;
  constexpr double kBetweenRows = 5.0;
  const double lanes = kSeriesPitch * static_cast<double>(panel.lane_count);
  for (const auto& name : panel.names) {
    const double row = std::max(lanes, kLineHeight * static_cast<double>(name.size())) + kBetweenRows;
    panel.rows.push_back({top, top + row});
    top += row;
  }
  return top;
}

double left_room(const PlacedPanel& panel) {
  double widest = panel.names.empty() ? widest_label(panel.y) : 0.0;
  for (const auto& lines : panel.names) {
    for (const std::string& line : lines) widest = std::max(widest, text_length(line, kTextSize));
  }
  const bool title = !axis_title(panel.frame->panel.y, panel.y.exponent).empty();
  return widest + kGap + (title ? kTitleRoom : 0.0);
}

void draw_guides(Canvas& canvas, const PlacedPanel& panel) {
  const Box& area = panel.area;
  constexpr Stroke kStroke{.colour = "#555555", .width = 0.6, .dashes = "3 2"};
  const TextStyle style{.size = kTextSize, .colour = "#444444"};
  for (const Guide& guide : panel.frame->panel.guides) {
    if (guide.axis == Guide::Across::x) {
      const double x = panel.spot(guide.at, 0.0, 0).x;
      canvas.line({x, area.top}, {x, area.bottom}, kStroke);
      TextStyle middle = style;
      middle.anchor = Anchor::middle;
      if (!guide.label.empty()) canvas.text({x, area.top - 3.0}, guide.label, middle);
    } else {
      const double y = panel.spot(0.0, guide.at, 0).y;
      canvas.line({area.left, y}, {area.right, y}, kStroke);
      if (!guide.label.empty()) canvas.text({area.right + kGap, y + 3.0}, guide.label, style);
    }
  }
}

void draw_names(Canvas& canvas, const PlacedPanel& panel) {
  for (std::size_t i = 0; i < panel.names.size(); ++i) {
    const auto& lines = panel.names[i];
    const double middle = 0.5 * (panel.rows[i].low + panel.rows[i].high);
    double y = middle + 3.0 - 0.5 * kLineHeight * static_cast<double>(lines.size() - 1);
    const std::string& whole = panel.frame->panel.y.categories[i];
    const bool cut = lines.back().ends_with("…") || lines.front().ends_with("…");
    for (const std::string& line : lines) {
      const TextStyle style{
          .size = kTextSize, .anchor = Anchor::end, .full = cut ? std::string_view(whole) : std::string_view()};
      canvas.text({panel.area.left - kGap, y}, line, style);
      y += kLineHeight;
    }
  }
}

void draw_ticks(Canvas& canvas, const PlacedPanel& panel) {
  const Box& area = panel.area;
  for (const Tick& tick : panel.x.ticks) {
    const double x = panel.spot(tick.at, 0.0, 0).x;
    canvas.line({x, area.bottom}, {x, area.bottom + (tick.label.empty() ? 1.5 : 3.0)}, kAxisStroke);
    if (tick.label.empty() || !panel.x_text) continue;
    canvas.text({x, area.bottom + kLineHeight + 1.5}, tick.label, {.size = kTextSize, .anchor = Anchor::middle});
  }
  for (const Tick& tick : panel.y.ticks) {
    const double y = panel.spot(0.0, tick.at, 0).y;
    canvas.line({area.left - (tick.label.empty() ? 1.5 : 3.0), y}, {area.left, y}, kAxisStroke);
    if (!tick.label.empty()) {
      canvas.text({area.left - kGap, y + 3.0}, tick.label, {.size = kTextSize, .anchor = Anchor::end});
    }
  }
}

}  // namespace

Spot PlacedPanel::spot(double x_value, double y_value, std::size_t series) const {
  const double right = std::clamp(frame->x.place(x_value), 0.0, 1.0);
  const double x_at = area.left + right * area.width();
  if (rows.empty()) {
    const double up = std::clamp(frame->y.place(y_value), 0.0, 1.0);
    return {x_at, area.bottom - up * area.height()};
  }
  const Interval<double>& row = rows.at(static_cast<std::size_t>(y_value));
  const double lane = static_cast<double>(lanes.at(series)) - 0.5 * static_cast<double>(lane_count - 1);
  return {x_at, 0.5 * (row.low + row.high) + lane * kSeriesPitch};
}

std::vector<PlacedPanel> place_panels(const std::vector<Frame>& frames, bool shared_x, double top, double& bottom) {
  std::vector<PlacedPanel> panels(frames.size());
  const double height = frames.size() == 1 ? kSinglePanelHeight : kStackedPanelHeight;
  double left = 0.0;
  double right = 0.0;
  for (std::size_t i = 0; i < frames.size(); ++i) {
    PlacedPanel& panel = panels[i];
    panel.frame = &frames[i];
    lay_categories(panel);
    constexpr double kTickPitch = 13.0;
    const Range& range = frames[i].y;
    const int most = static_cast<int>(height / kTickPitch);
    if (panel.names.empty()) {
      panel.y = make_ticks({range.low, range.high}, range.scale, most, frames[i].panel.y.percent);
    }
    left = std::max(left, left_room(panel));
    right = std::max(right, guide_room(frames[i].panel));
    panel.x_text = !shared_x || i + 1 == frames.size();
  }
  for (PlacedPanel& panel : panels) {
    const Panel& data = panel.frame->panel;
    if (!data.heading.empty()) top += kLineHeight + 2.0;
    if (has_x_guide_labels(data)) top += kLineHeight;
    panel.area = {kSvgMargin + left, top, kSvgWidth - kSvgMargin - right - 4.0, lay_rows(panel, top, height)};
    panel.x = x_ticks(data.x, panel.frame->x, panel.area.width());
    top = panel.area.bottom + (panel.x_text ? 30.0 : 8.0);
  }
  bottom = top;
  return panels;
}

void draw_background(Canvas& canvas, const PlacedPanel& panel) {
  const Panel& data = panel.frame->panel;
  const Box& area = panel.area;
  for (std::size_t i = 1; i < panel.rows.size(); i += 2) {
    canvas.rectangle({area.left, panel.rows[i].low, area.right, panel.rows[i].high}, "#f5f5f5");
  }
  if (data.shade) {
    const double low = panel.spot(data.shade->x.low, 0.0, 0).x;
    const double high = panel.spot(data.shade->x.high, 0.0, 0).x;
    canvas.rectangle({low, area.top, high, area.bottom}, "#999999", 0.25);
  }
  for (const Tick& tick : panel.x.ticks) {
    const double x = panel.spot(tick.at, 0.0, 0).x;
    if (!tick.label.empty()) canvas.line({x, area.top}, {x, area.bottom}, kGridStroke);
  }
  for (const Tick& tick : panel.y.ticks) {
    const double y = panel.spot(0.0, tick.at, 0).y;
    if (!tick.label.empty()) canvas.line({area.left, y}, {area.right, y}, kGridStroke);
  }
  draw_guides(canvas, panel);
}

void draw_axes(Canvas& canvas, const PlacedPanel& panel) {
  const Panel& data = panel.frame->panel;
  const Box& area = panel.area;
  canvas.line({area.left, area.bottom}, {area.right, area.bottom}, kAxisStroke);
  canvas.line({area.left, area.top}, {area.left, area.bottom}, kAxisStroke);
  draw_ticks(canvas, panel);
  draw_names(canvas, panel);
  const TextStyle title{.size = kTextSize + 0.5, .anchor = Anchor::middle};
  if (panel.x_text) {
    canvas.text({0.5 * (area.left + area.right), area.bottom + 23.0}, axis_title(data.x, panel.x.exponent), title);
  }
  TextStyle upright = title;
  upright.upright = true;
  const std::string y_title = axis_title(data.y, panel.y.exponent);
  const std::string shown = shortened(y_title, title.size, area.height() + 2.0 * kLineHeight);
  if (!shown.empty()) canvas.text({kSvgMargin + 7.0, 0.5 * (area.top + area.bottom)}, shown, upright);
  const double above = area.top - (has_x_guide_labels(data) ? kLineHeight + 4.0 : 4.0);
  const std::string heading = shortened(data.heading, kTextSize, (kSvgWidth - area.left - kSvgMargin) / kBold);
  if (!heading.empty()) {
    canvas.text({area.left, above}, heading, {.size = kTextSize, .bold = true, .full = data.heading});
  }
}

}  // namespace wattlens::plot
