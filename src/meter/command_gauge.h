// The energy of a command as a power gauge shows it. Pure functions. docs/measurement.md, "A command".
#pragma once

#include <optional>

#include "base/clock.h"
#include "meter/channel_energy.h"
#include "meter/command_look.h"
#include "record/channel.h"
#include "record/run.h"

namespace wattlens::meter {

// As measure_command_channel() of meter/command_energy.h, for channels of kind power. All readings from the begin until
// the command is forgotten (lag, averaging window and update after its end) are added up; idle power is taken off for
// the times before and after it of which they speak too. So nothing is lost of a command shorter than what one reading
// averages over.
ChannelResult measure_command_gauge(const record::Channel& channel, const record::Samples& samples, std::size_t index,
                                    base::MonoTime begin, base::MonoTime end);

// Idle power before the command and after it was forgotten, where each was seen.
struct GaugeLooks {
  std::optional<Look> before;
  std::optional<Look> after;
};
GaugeLooks gauge_looks(const record::Channel& channel, const record::Samples& samples, std::size_t index,
                       base::MonoTime begin, base::MonoTime end);

}  // namespace wattlens::meter
