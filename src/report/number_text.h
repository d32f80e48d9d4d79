// Numbers for a person: three significant digits, fewer where the interval is wide. Pure functions.
#pragma once

#include <optional>
#include <string>

#include "record/quantity.h"

namespace wattlens::report {

// "0.00312", "12.3", "1234": three significant digits, whole numbers never rounded to tens. "–" for NaN, "∞".
std::string number_text(double value);

// As many decimals as show two digits of the half-width (JCGM 100:2008, 7.2.6), but no more than three significant
// digits of the value. Symmetric: "12.3 ± 0.4"; else "0.41 (0.29–0.56)". Without an interval, or with NaN in it, the
// number alone.
std::string number_text(double value, const std::optional<record::Interval<double>>& interval);

}  // namespace wattlens::report
