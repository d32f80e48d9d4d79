// The channels of RAPL's domains, the same whichever interface of the kernel shows them. Pure; thread-safe.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/units.h"
#include "record/channel.h"
#include "record/machine_state.h"

namespace wattlens::meter {

enum class RaplDomain { package, cores, uncore, dram, psys, other };

// "cpu.package.0" and its like, of kind counter, as `method` shows it on that machine: measured, or modelled where a
// hypervisor makes the figures. `domain` is not other.
record::Channel rapl_channel(RaplDomain domain, std::int64_t package, std::string_view method,
                             const record::MachineState& machine);

// A power above which a reading cannot be right, where the kernel publishes no limit: more than twice the largest
// socket sold (500 W), all memory of a socket, a board.
base::Watts largest_rapl_power(RaplDomain domain);

// The packages that the machine has and the list lacks, as `missing: absent`, so that a total misses them.
std::vector<record::Channel> absent_packages(const std::vector<record::Channel>& channels, std::string_view method,
                                             const record::MachineState& machine);

}  // namespace wattlens::meter
