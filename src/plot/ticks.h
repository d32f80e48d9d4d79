// Where an axis has its ticks, and what they say. Pure functions.
#pragma once

#include <string>
#include <vector>

#include "plot/plot.h"

namespace wattlens::plot {

// "10^-3": what follows the caret is a superscript. An empty label: a small tick between two others.
struct Tick {
  double at = 0.0;
  std::string label{};
};

struct Ticks {
  std::vector<Tick> ticks{};
  int exponent = 0;  // labels are to be multiplied by 10^exponent: a multiple of 3
};

// Ticks within [low, high], low < high (a logarithmic scale: 0 < low), at most `most` (2 or more) with labels where the
// scale allows it: steps of 1, 2 or 5 (linear), mantissas 1, 2 and 5 or whole decades (log10), powers of two (log2). A
// logarithmic range too short for that has linear ticks.
Ticks make_ticks(Interval<double> range, Scale scale, int most, bool percent = false);

// 10^-3 as "10⁻³".
std::string with_superscript(const std::string& label);

}  // namespace wattlens::plot
