// What the channels of a machine tell over a short time, for `meters list` and `meters watch`. Pure functions.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/units.h"
#include "record/channel.h"
#include "record/run.h"
#include "report/format.h"
#include "report/table.h"

namespace wattlens::report {

inline constexpr const char* kMetersSchema = "wattlens.meters/1";

// Mean power over a time, in W, with the energy's interval and provenance.
Quantity mean_power(const record::Energy& energy, base::Seconds time);

// One row per channel: where it is read, how often it moved in the window, its power then, the sensor's own error.
// `window` was measured over these channels, from readings `poll` apart: a counter that moves faster is not seen to.
Table meters_table(std::span<const record::Channel> channels, const record::Window& window, base::Seconds poll);

// One channel of a watch, until now.
struct WatchedChannel {
  record::Channel channel;
  record::ChannelEnergy last;  // of the last look
  base::Seconds look;          // its length
  record::Energy sum;          // of all looks that gave an energy, without an interval
  std::int64_t lost = 0;       // looks that gave none: the sum is then a lower bound
  std::vector<double> trace;   // W of each look; not finite where there is none
};

// One row per channel and look, for programs that follow a watch: time since its begin, power, energy since then.
Table watch_table(base::Seconds since_begin, std::span<const WatchedChannel> channels);

// The view that is drawn again and again on a terminal.
std::string watch_view(base::Seconds since_begin, std::span<const WatchedChannel> channels, const TextOptions& text);

}  // namespace wattlens::report
