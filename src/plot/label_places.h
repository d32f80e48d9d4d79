// Finds places for labels beside points where they hide as little as can be. Pure functions.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "plot/canvas.h"

namespace wattlens::plot {

struct Label {
  Spot point;  // what it belongs to
  double width = 0.0;
  double height = 0.0;
};

struct LabelPlace {
  Box box;
  bool leader = false;  // so far from its point that a thin line should join them
};

// One place per label, inside `area`; earlier labels choose first. Empty where every place would hide a mark or another
// label. `solid` boxes (marks) must not be hidden, `lines` (spots along curves and bars) rather not.
std::vector<std::optional<LabelPlace>> place_labels(std::span<const Label> labels, const Box& area,
                                                    std::span<const Box> solid, std::span<const Spot> lines);

}  // namespace wattlens::plot
