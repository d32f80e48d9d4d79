// A series of numbers as a row of bars. Pure function.
#pragma once

#include <span>
#include <string>

namespace wattlens::report {

// "▃▅▂█▄": one bar per value from `low` to `high`, a space for what is not finite. More than `most` values are shown as
// the medians of so many equal stretches. Empty where nothing is finite.
std::string sparkline(std::span<const double> values, double low, double high, std::size_t most = 40);

// As above, from the least value to the greatest; a series that stays within 1 % of its median looks flat.
std::string sparkline(std::span<const double> values, std::size_t most = 40);

}  // namespace wattlens::report
