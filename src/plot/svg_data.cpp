#include "plot/svg_data.h"

#include <algorithm>
#include <cmath>
#include <ranges>
#include <vector>

#include "plot/label_places.h"
#include "plot/style.h"
#include "plot/text_size.h"

namespace wattlens::plot {
namespace {

constexpr double kLineWidth = 1.1;
constexpr double kBarWidth = 0.9;
constexpr double kLabelSize = 8.0;

class DataDrawing {
 public:
  DataDrawing(Canvas& canvas, const PlacedPanel& panel, std::span<const std::string> names, bool shapes)
      : canvas_(canvas), panel_(panel), names_(names), shapes_(shapes) {}

  void draw() {
    const std::vector<Series>& all = panel_.frame->panel.series;
    canvas_.begin_clip({panel_.area.left, panel_.area.top - 4.0, panel_.area.right + 4.0, panel_.area.bottom + 4.0});
    for (std::size_t i = 0; i < all.size(); ++i) draw_band(all[i], i);
    for (std::size_t i = 0; i < all.size(); ++i) draw_line(all[i], i);
    for (std::size_t i = 0; i < all.size(); ++i) draw_bars(all[i], i);
    for (std::size_t i = 0; i < all.size(); ++i) draw_marks(all[i], i);
    canvas_.end_clip();
    draw_labels(all);
  }

 private:
  std::size_t style_of(const Series& series) const {
    return static_cast<std::size_t>(std::ranges::find(names_, series.name) - names_.begin());
  }
  std::string_view colour(const Series& series) const {
    return series.neutral ? kNeutralColour : colour_of(style_of(series));
  }

  void draw_band(const Series& series, std::size_t index) {
    if (!series.band) return;
    std::vector<Spot> outline;
    for (const Point& point : series.points) {
      if (point.y_interval) outline.push_back(panel_.spot(point.x, point.y_interval->high, index));
    }
    for (const Point& point : std::views::reverse(series.points)) {
      if (point.y_interval) outline.push_back(panel_.spot(point.x, point.y_interval->low, index));
    }
    if (outline.size() > 2) canvas_.polygon(outline, colour(series), nullptr, 0.15);
  }

  std::vector<Spot> path_of(const Series& series, std::size_t index) const {
    std::vector<Spot> path;
    for (const Point& point : series.points) {
      const Spot spot = panel_.spot(point.x, point.y, index);
      if (!path.empty() && series.join == Join::step) path.push_back({spot.x, path.back().y});
      if (!path.empty() && series.join == Join::step_up) path.push_back({path.back().x, spot.y});
      path.push_back(spot);
    }
    return path;
  }

  void draw_line(const Series& series, std::size_t index) {
    if (series.join == Join::none || series.points.size() < 2) return;
    const std::vector<Spot> path = path_of(series, index);
    canvas_.polyline(
        path,
        {.colour = colour(series), .width = kLineWidth, .dashes = series.neutral ? "" : dashes_of(style_of(series))});
    for (std::size_t i = 1; i < path.size(); ++i) remember_line(path[i - 1], path[i]);
  }

  void draw_bars(const Series& series, std::size_t index) {
    const Stroke stroke{.colour = colour(series), .width = kBarWidth};
    for (const Point& point : series.points) {
      if (point.x_interval) {
        draw_bar(panel_.spot(point.x_interval->low, point.y, index),
                 panel_.spot(point.x_interval->high, point.y, index), stroke);
      }
      if (point.y_interval && !series.band) {
        draw_bar(panel_.spot(point.x, point.y_interval->low, index),
                 panel_.spot(point.x, point.y_interval->high, index), stroke);
      }
    }
  }

  void draw_bar(Spot from, Spot to, const Stroke& stroke) {
    canvas_.line(from, to, stroke);
    remember_line(from, to);
  }

  // For labels, which keep away from lines.
  void remember_line(Spot from, Spot to) {
    constexpr double kStep = 2.5;
    const double length = std::hypot(to.x - from.x, to.y - from.y);
    const int count = static_cast<int>(length / kStep) + 1;
    for (int i = 0; i <= count; ++i) {
      const double share = static_cast<double>(i) / count;
      lines_.push_back({from.x + share * (to.x - from.x), from.y + share * (to.y - from.y)});
    }
  }

  void draw_marks(const Series& series, std::size_t index) {
    if (!series.marks) return;
    for (const Point& point : series.points) {
      const Spot at = panel_.spot(point.x, point.y, index);
      const std::size_t shape = shapes_ ? point.shape.value_or(0) : style_of(series);
      draw_mark(canvas_, at, shape, kMarkSize, colour(series), point.provenance != Provenance::measured);
      constexpr double kHalf = 0.65 * kMarkSize;
      marks_.push_back({at.x - kHalf, at.y - kHalf, at.x + kHalf, at.y + kHalf});
    }
  }

  void draw_labels(const std::vector<Series>& all) {
    std::vector<Label> labels;
    std::vector<std::string> texts;
    for (std::size_t i = 0; i < all.size(); ++i) {
      for (const Point& point : all[i].points) {
        if (point.label.empty()) continue;
        texts.push_back(shortened(point.label, kLabelSize, 0.45 * panel_.area.width()));
        labels.push_back({panel_.spot(point.x, point.y, i), text_length(texts.back(), kLabelSize), kLabelSize});
      }
    }
    const Box& area = panel_.area;
    const auto places =
        place_labels(labels, {area.left + 2.0, area.top, area.right, area.bottom - 2.0}, marks_, lines_);
    for (std::size_t i = 0; i < places.size(); ++i) {
      if (!places[i]) continue;
      const Box& box = places[i]->box;
      if (places[i]->leader) {
        const Spot end{std::clamp(labels[i].point.x, box.left, box.right),
                       std::clamp(labels[i].point.y, box.top, box.bottom)};
        canvas_.line(labels[i].point, end, {.colour = "#888888", .width = 0.5});
      }
      canvas_.text({0.5 * (box.left + box.right), box.bottom - 0.22 * kLabelSize}, texts[i],
                   {.size = kLabelSize, .anchor = Anchor::middle});
    }
  }

  Canvas& canvas_;
  const PlacedPanel& panel_;
  std::span<const std::string> names_;
  bool shapes_;
  std::vector<Box> marks_;
  std::vector<Spot> lines_;
};

}  // namespace

void draw_data(Canvas& canvas, const PlacedPanel& panel, std::span<const std::string> names, bool shapes) {
  DataDrawing(canvas, panel, names, shapes).draw();
}

}  // namespace wattlens::plot
