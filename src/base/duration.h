// Durations as people write them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/units.h"

namespace wattlens::base {

// "120s", "500ms", "250us", "2m", "1h"; a plain number counts seconds. Positive. Errors are of kind usage, and begin
// with `name`.
Result<Seconds> parse_duration(std::string_view text, std::string_view name);

// To the nanosecond, in the largest of s, ms and us whose number is whole, else in us: parse_duration reads the same
// back. Not negative.
std::string duration_text(Seconds duration);

// Rounded to the nearest.
std::int64_t nanoseconds(Seconds duration);

}  // namespace wattlens::base
