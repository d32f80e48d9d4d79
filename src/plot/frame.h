// What of a panel can be drawn, and where on its axes. Pure functions.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "plot/plot.h"

namespace wattlens::plot {

// The values that an axis shows, and where on it a value lies.
struct Range {
  double low = 0.0;
  double high = 1.0;
  Scale scale = Scale::linear;

  // 0 at `low`, 1 at `high`; less or more outside. -infinity where a logarithmic axis does not reach the value.
  double place(double value) const;
};

// A panel without what cannot be drawn, and the range of its axes. A category axis goes from -0.5 to n - 0.5.
struct Frame {
  Panel panel;
  Range x;
  Range y;
};

struct Frames {
  std::vector<Frame> frames;
  std::vector<std::string> remarks;  // what was left out, and what hollow marks mean: whole sentences
};

// Errors: not_found, where no point of a panel can be drawn; internal, where a point's category does not exist.
Result<Frames> frames_of(const Plot& plot);

}  // namespace wattlens::plot
