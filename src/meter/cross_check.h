// Holds a channel against a second reading of the same part (Channel::checks): a board's energy counter against its
// power, added up. Pure functions. docs/measurement.md, "Two readings of one board".
#pragma once

#include <span>
#include <vector>

#include "record/channel.h"
#include "record/run.h"

namespace wattlens::meter {

// A warning "counter_disagrees" for each pair whose energies over `window` differ beyond both of their relative
// intervals and by more than 2 % of the smaller. The gain of the part is left out: both read the same part. Nothing
// where one of the two has no energy.
std::vector<record::Warning> cross_check(std::span<const record::Channel> channels, const record::Window& window);

}  // namespace wattlens::meter
