// The energy of one channel over one window, with what is not known about it as terms of an error. Pure functions.
// docs/measurement.md, "One window".
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/units.h"
#include "meter/edges.h"
#include "meter/spread.h"
#include "record/channel.h"
#include "record/run.h"

namespace wattlens::meter {

struct ChannelResult {
  std::optional<base::Joules> value;
  Spread spread;       // in joules, everything but the gain
  std::string reason;  // where there is no value: "stuck", "reset", "unreadable", "too_short"
  std::int64_t updates = 0;
  std::vector<record::Warning> warnings;
};

// No energy: why, and the remark that tells it.
ChannelResult no_energy(std::string reason, record::Warning remark);

// The place of a channel in samples.
std::optional<std::size_t> index_of(const record::Samples& samples, const std::string& id);

// `batch`: how long one piece of the work takes, at whose ends the window begins and ends; the window itself where the
// work has no pieces. `index` is the place of the channel in `samples`.
ChannelResult measure_channel(const record::Channel& channel, const record::Samples& samples, std::size_t index,
                              base::MonoTime begin, base::MonoTime end, base::Seconds batch);

// Whether the energy of a counter cannot be told over a window, whose ends are given in the time of its track; why.
std::optional<ChannelResult> counter_fault(const record::Channel& channel, const Track& track, base::Seconds begin,
                                           base::Seconds end);

// Mean power of equal parts of the window (as many as its updates allow, at most `most`); for what varies inside it.
std::vector<base::Watts> power_of_parts(const record::Channel& channel, const record::Samples& samples,
                                        std::size_t index, base::MonoTime begin, base::MonoTime end, std::size_t most);

}  // namespace wattlens::meter
