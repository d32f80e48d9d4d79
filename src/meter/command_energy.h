// The energy of a command: between counter edges outside it, less idle power for the known times between those edges
// and the command. Pure functions, thread-safe. docs/measurement.md, "A command".
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "base/clock.h"
#include "base/units.h"
#include "meter/channel_energy.h"
#include "record/experiment.h"
#include "record/run.h"

namespace wattlens::meter {

// A rule for measure_window(): samples reach from a look before `begin` to one after `end`; `batch` is not used.
ChannelResult measure_command_channel(const record::Channel& channel, const record::Samples& samples, std::size_t index,
                                      base::MonoTime begin, base::MonoTime end, base::Seconds batch);

// Idle power just before and just after a command, and the mean of both, whose interval holds half their difference.
// A channel that could not be seen on a side is left out there.
struct CommandIdle {
  std::vector<record::IdleBaseline> before;
  std::vector<record::IdleBaseline> after;
  std::vector<record::IdleBaseline> mean;
};
CommandIdle command_idle(std::span<const record::Channel> channels, const record::Samples& samples,
                         base::MonoTime begin, base::MonoTime end);

// Whether the energy of the command is known well enough, judged by the relative interval of the total; where there is
// no total, by the worst channel that would be in it.
struct Resolution {
  bool resolvable = false;
  std::optional<base::Seconds> run_at_least;  // where it is not, and a longer command would be
};
Resolution judge_command(std::span<const record::Channel> channels, const record::Window& window,
                         double most_uncertain);

}  // namespace wattlens::meter
