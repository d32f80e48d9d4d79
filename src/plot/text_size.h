// How wide text is in a drawing, estimated without a font: what shows it has its own. Pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace wattlens::plot {

// In the unit of `size` (the letters' height). From Helvetica's widths, widened so that wider sans-serif fonts fit too.
double text_length(std::string_view text, double size);

// The text, or its beginning and "…" where it is longer than `length`; never half a letter.
std::string shortened(std::string_view text, double size, double length);

// Lines no longer than `length`, broken between words; a longer word is shortened. The last of `most` lines holds what
// is left, shortened. At least one line.
std::vector<std::string> wrapped(std::string_view text, double size, double length, std::size_t most);

}  // namespace wattlens::plot
