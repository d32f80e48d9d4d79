#include "plot/frame.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/text.h"

namespace wattlens::plot {
namespace {

// What could not be drawn, over all panels.
struct LeftOut {
  std::size_t no_number = 0;
  std::size_t not_positive = 0;
};

class Extent {
 public:
  explicit Extent(const Axis& axis) : axis_(axis) {}

  void add(double value) {
    if (!std::isfinite(value) || (axis_.scale != Scale::linear && value <= 0.0)) return;
    low_ = std::min(low_, value);
    high_ = std::max(high_, value);
  }
  void add(const std::optional<Interval<double>>& interval) {
    if (!interval) return;
    add(interval->low);
    add(interval->high);
  }

  // With a little room at both ends; a single value stands in the middle.
  Range range() const {
    if (!axis_.categories.empty()) return {-0.5, static_cast<double>(axis_.categories.size()) - 0.5, Scale::linear};
    constexpr double kRoom = 0.05;
    if (axis_.scale != Scale::linear) {
      const double factor = high_ > low_ ? std::pow(high_ / low_, kRoom) : 2.0;
      const double least = std::numeric_limits<double>::min();
      return {std::max(least, low_ / std::max(factor, 1.02)), high_ * std::max(factor, 1.02), axis_.scale};
    }
    const double low = axis_.from_zero ? std::min(0.0, low_) : low_;
    // Values that differ by rounding only are one value.
    constexpr double kEqual = 1e-9;
    const double size = std::max(std::abs(low), std::abs(high_));
    double room = high_ - low > kEqual * size ? kRoom * (high_ - low) : 0.1 * size;
    if (room == 0.0) room = 1.0;
    return {axis_.from_zero && low == 0.0 ? 0.0 : low - room, high_ + room, Scale::linear};
  }

 private:
  const Axis& axis_;
  double low_ = std::numeric_limits<double>::infinity();
  double high_ = -std::numeric_limits<double>::infinity();
};

bool positive(const Axis& axis, double value) {
  return axis.scale == Scale::linear || !axis.categories.empty() || value > 0.0;
}

bool has_numbers(const std::optional<Interval<double>>& interval) {
  return interval && std::isfinite(interval->low) && std::isfinite(interval->high);
}

// Points that have a place on both axes.
std::vector<Point> drawable(const std::vector<Point>& points, const Panel& panel, LeftOut& left_out) {
  std::vector<Point> kept;
  for (const Point& point : points) {
    if (!std::isfinite(point.x) || !std::isfinite(point.y)) {
      ++left_out.no_number;
    } else if (!positive(panel.x, point.x) || !positive(panel.y, point.y)) {
      ++left_out.not_positive;
    } else {
      kept.push_back(point);
      if (!has_numbers(point.x_interval)) kept.back().x_interval.reset();
      if (!has_numbers(point.y_interval)) kept.back().y_interval.reset();
    }
  }
  return kept;
}

Result<void> check_categories(const Panel& panel) {
  const std::size_t count = panel.y.categories.size();
  if (count == 0) return {};
  for (const Series& series : panel.series) {
    for (const Point& point : series.points) {
      if (point.y < 0.0 || point.y >= static_cast<double>(count) || point.y != std::floor(point.y)) {
        return fail(ErrorKind::internal, fmt::format("a plot has no category {}", point.y));
      }
    }
  }
  return {};
}

Result<Frame> frame_of(const Panel& given, const std::string& title, LeftOut& left_out) {
  Frame frame{.panel = given};
  Extent x(given.x);
  Extent y(given.y);
  bool any = false;
  for (Series& series : frame.panel.series) {
    series.points = drawable(series.points, given, left_out);
    for (const Point& point : series.points) {
      any = true;
      x.add(point.x);
      y.add(point.y);
      x.add(point.x_interval);
      y.add(point.y_interval);
    }
  }
  if (!any) {
    const std::string& what = given.heading.empty() ? title : given.heading;
    return fail(ErrorKind::not_found, fmt::format("there is nothing to plot of \"{}\": no point has a value", what),
                "see the table for what was measured, and why not");
  }
  WATTLENS_CHECK(check_categories(frame.panel));
  for (const Guide& guide : given.guides) (guide.axis == Guide::Across::x ? x : y).add(guide.at);
  if (given.shade) x.add(given.shade->x);
  frame.x = x.range();
  frame.y = y.range();
  return frame;
}

void share_x(std::vector<Frame>& frames) {
  for (const Frame& frame : frames) {
    frames.front().x.low = std::min(frames.front().x.low, frame.x.low);
    frames.front().x.high = std::max(frames.front().x.high, frame.x.high);
  }
  for (Frame& frame : frames) frame.x = frames.front().x;
}

std::string counted(std::size_t count) { return count == 1 ? "1 point" : fmt::format("{} points", count); }

void say_provenance(const std::vector<Frame>& frames, std::vector<std::string>& remarks) {
  bool modelled = false;
  bool simulated = false;
  for (const Frame& frame : frames) {
    for (const Series& series : frame.panel.series) {
      for (const Point& point : series.points) {
        modelled = modelled || point.provenance == Provenance::modelled;
        simulated = simulated || point.provenance == Provenance::simulated;
      }
    }
  }
  std::vector<std::string> what;
  if (modelled) what.emplace_back("modelled from the processor's load, not measured");
  if (simulated) what.emplace_back("simulated, not of this machine");
  if (!what.empty()) remarks.push_back(fmt::format("Hollow marks: energy {}.", base::join(what, "; or ")));
}

}  // namespace

double Range::place(double value) const {
  if (scale == Scale::linear) return (value - low) / (high - low);
  if (value <= 0.0) return -std::numeric_limits<double>::infinity();
  return std::log(value / low) / std::log(high / low);
}

Result<Frames> frames_of(const Plot& plot) {
  if (plot.panels.empty()) {
    return fail(ErrorKind::not_found, fmt::format("there is nothing to plot of \"{}\"", plot.title),
                "see the table for what was measured, and why not");
  }
  Frames found;
  LeftOut left_out;
  for (const Panel& panel : plot.panels) {
    WATTLENS_TRY(Frame frame, frame_of(panel, plot.title, left_out));
    found.frames.push_back(std::move(frame));
  }
  if (plot.shared_x) share_x(found.frames);
  say_provenance(found.frames, found.remarks);
  if (left_out.no_number > 0) found.remarks.push_back(counted(left_out.no_number) + " without a value: left out.");
  if (left_out.not_positive > 0) {
    found.remarks.push_back(counted(left_out.not_positive) + " not above 0: not on a logarithmic axis.");
  }
  return found;
}

}  // namespace wattlens::plot
