// One look at every channel of a meter, with the times around each.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "base/clock.h"
#include "meter/meter.h"

namespace wattlens::meter {

// `read(entry, time)` gives the value of one channel, nothing where it failed or is missing; `entries` has one for each
// place of `out`. One look at the clock between two channels serves both.
template <class Entries, class Read>
void read_in_turn(const base::Clock& clock, Entries& entries, std::span<Reading> out, const Read& read) {
  MonoTime before = clock.now();
  std::size_t i = 0;
  for (auto& entry : entries) {
    const std::optional<std::int64_t> value = read(entry, before);
    const MonoTime after = clock.now();
    out[i++] = value ? Reading{ReadStatus::ok, *value, before, after} : Reading{};
    before = after;
  }
}

}  // namespace wattlens::meter
