// How numbers that no sensor measured are marked wherever a person reads them.
#pragma once

#include <algorithm>
#include <span>
#include <string_view>

#include "record/channel.h"

namespace wattlens::report {

inline constexpr std::string_view kSimulatedLine = "SIMULATED: no energy here was measured.";

// What stands before a number: "~" where it is modelled, "sim " where it is simulated.
inline std::string_view mark_of(record::Provenance provenance) {
  if (provenance == record::Provenance::modelled) return "~";
  return provenance == record::Provenance::simulated ? "sim " : "";
}

// Whether any of the channels is of a simulation (--simulate); the missing ones of a simulation too.
inline bool simulated(std::span<const record::Channel> channels) {
  return std::ranges::any_of(channels, [](const record::Channel& channel) { return channel.method == "simulated"; });
}

}  // namespace wattlens::report
