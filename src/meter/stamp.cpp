#include "meter/stamp.h"

#include <algorithm>
#include <limits>

namespace wattlens::meter {

Stamp stamp_of(std::span<const Reading> readings, MonoTime now) {
  MonoTime before{std::numeric_limits<std::int64_t>::max()};
  MonoTime after{std::numeric_limits<std::int64_t>::min()};
  for (const Reading& reading : readings) {
    if (reading.status != ReadStatus::ok) continue;
    before = std::min(before, reading.before);
    after = std::max(after, reading.after);
  }
  if (before > after) before = after = now;
  const std::int64_t bracket_us = (after.ns - before.ns + 999) / 1000;
  return {(before.ns + (after.ns - before.ns) / 2) / 1000,
          static_cast<std::uint8_t>(std::clamp<std::int64_t>(bracket_us, 0, 255))};
}

}  // namespace wattlens::meter
