// Idle power as a look just before or just after a command shows it. Pure functions. docs/measurement.md, "A command".
#pragma once

#include <cstddef>
#include <optional>

#include "base/units.h"
#include "meter/edges.h"
#include "meter/gauge_readings.h"
#include "meter/spread.h"

namespace wattlens::meter {

struct Look {
  base::Watts power;
  Spread spread;           // of the mean power, in watts
  double deviation = 0.0;  // of the power of single gaps, in watts
  base::Seconds gap;       // mean time between edges, or that a gauge's value stays
  std::size_t gaps = 0;
};

// Of a counter, between two of its edges; nothing where they are fewer than two.
std::optional<Look> look_at(const Track& track, std::size_t first, std::size_t last);

// Of a gauge, over its readings between two times, of which each stays for `period`.
std::optional<Look> look_at(const Gauge& gauge, base::Seconds begin, base::Seconds end, base::Seconds period);

// The idle energy of a time for which only the power before or after it was seen; adds what is not known of it.
base::Joules idle_energy(const Look& seen, base::Seconds time, Spread& spread);

}  // namespace wattlens::meter
