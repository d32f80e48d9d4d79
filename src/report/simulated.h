// The first line of whatever shows simulated energies to a person.
#pragma once

#include <algorithm>
#include <span>
#include <string_view>

#include "record/channel.h"

namespace wattlens::report {

inline constexpr std::string_view kSimulatedLine = "SIMULATED: no energy here was measured.";

// Whether any of the channels is of a simulation (--simulate); the missing ones of a simulation too.
inline bool simulated(std::span<const record::Channel> channels) {
  return std::ranges::any_of(channels, [](const record::Channel& channel) { return channel.method == "simulated"; });
}

}  // namespace wattlens::report
