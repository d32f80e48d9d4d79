// The time that one look at all channels has in the samples. Pure function.
#pragma once

#include <cstdint>
#include <span>

#include "meter/meter.h"

namespace wattlens::meter {

// As in record::Samples: the middle of the bracket of all readings that succeeded, and its width.
struct Stamp {
  std::int64_t time_us = 0;
  std::uint8_t bracket_us = 0;
};

// `now` stands in where nothing was read: the gap has a time too.
Stamp stamp_of(std::span<const Reading> readings, MonoTime now);

}  // namespace wattlens::meter
