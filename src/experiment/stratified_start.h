// When windows begin where a sensor looks only a part of the time (Channel::duty): one averaging window later from
// repetition to repetition, counted from the sensor's own updates, so that the looks of one round of repetitions fall
// on all of the work, also where it keeps step with the sensor. In simulation the mean of a round is then wrong by 3 %,
// with random starts by 32 % (docs/measurement.md). Pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "base/clock.h"
#include "record/channel.h"
#include "record/run.h"

namespace wattlens::experiment {

// Repetitions that make a round: ceil(1 / duty) of the channel that sees least; 1 where all see all the time.
std::int64_t round_of(std::span<const record::Channel> channels);

// When the window of repetition `index` (from 0) should begin, at `now` or less than two updates later. Empty where no
// channel needs it or its updates do not show in `samples`.
std::optional<base::MonoTime> stratified_start(std::span<const record::Channel> channels,
                                               const record::Samples& samples, std::int64_t index, base::MonoTime now);

}  // namespace wattlens::experiment
