#include "plot/label_places.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <limits>

namespace wattlens::plot {
namespace {

bool overlap(const Box& a, const Box& b) {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

bool inside(const Box& box, const Box& area) {
  return box.left >= area.left && box.right <= area.right && box.top >= area.top && box.bottom <= area.bottom;
}

// Directions from the point, the easiest to read first: where the label's centre lies, as shares of its half-size.
constexpr std::array<Spot, 8> kDirections = {Spot{1, 0},   Spot{1, -1}, Spot{-1, 0}, Spot{1, 1},
                                             Spot{-1, -1}, Spot{0, -1}, Spot{0, 1},  Spot{-1, 1}};
constexpr std::array kDistances = {4.0, 8.0, 13.0, 19.0, 26.0, 34.0};
constexpr double kLeaderFrom = 8.0;

Box box_at(const Label& label, const Spot& direction, double distance) {
  const double x = label.point.x + direction.x * (distance + 0.5 * label.width);
  const double y =
      label.point.y + direction.y * (direction.x == 0.0 ? distance + 0.5 * label.height : 0.7 * distance + 1.0);
  return {x - 0.5 * label.width, y - 0.5 * label.height, x + 0.5 * label.width, y + 0.5 * label.height};
}

bool contains(const Box& box, const Spot& spot) {
  return spot.x > box.left && spot.x < box.right && spot.y > box.top && spot.y < box.bottom;
}

// Spots along the leader from the point to the nearest edge of its label.
std::vector<Spot> leader_of(const Label& label, const Box& box) {
  constexpr int kSpots = 12;
  const Spot end{std::clamp(label.point.x, box.left, box.right), std::clamp(label.point.y, box.top, box.bottom)};
  std::vector<Spot> spots;
  for (int i = 1; i < kSpots; ++i) {
    const double share = static_cast<double>(i) / kSpots;
    spots.push_back({label.point.x + share * (end.x - label.point.x), label.point.y + share * (end.y - label.point.y)});
  }
  return spots;
}

// What a place costs; infinite where it is not to be had.
double cost(const Box& box, const Box& area, std::span<const Box> solid, std::span<const Spot> lines) {
  if (!inside(box, area)) return std::numeric_limits<double>::infinity();
  if (std::ranges::any_of(solid, [&](const Box& mark) { return overlap(box, mark); })) {
    return std::numeric_limits<double>::infinity();
  }
  return 2.0 * static_cast<double>(std::ranges::count_if(lines, [&](const Spot& spot) { return contains(box, spot); }));
}

}  // namespace

std::vector<std::optional<LabelPlace>> place_labels(std::span<const Label> labels, const Box& area,
                                                    std::span<const Box> solid, std::span<const Spot> lines) {
  std::vector<Box> taken(solid.begin(), solid.end());
  std::vector<Spot> crossed(lines.begin(), lines.end());
  std::vector<std::optional<LabelPlace>> places;
  for (const Label& label : labels) {
    std::optional<LabelPlace> best;
    double least = std::numeric_limits<double>::infinity();
    for (const double distance : kDistances) {
      double order = 0.0;
      for (const Spot& direction : kDirections) {
        const Box box = box_at(label, direction, distance);
        double total = cost(box, area, taken, crossed) + 0.4 * distance + 0.3 * order++;
        for (const Spot& spot : leader_of(label, box)) {
          const std::span<const Box> before = std::span(taken).subspan(solid.size());  // labels
          if (std::ranges::any_of(before, [&](const Box& other) { return contains(other, spot); })) total += 5.0;
        }
        if (total >= least) continue;
        least = total;
        best = LabelPlace{box, distance > kLeaderFrom};
      }
    }
    if (best) {
      taken.push_back(best->box);
      if (best->leader) std::ranges::copy(leader_of(label, best->box), std::back_inserter(crossed));
    }
    places.push_back(best);
  }
  return places;
}

}  // namespace wattlens::plot
