// One calibration of one channel: what is read while a load goes on and off. docs/calibrate.md
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "base/cancel.h"
#include "base/clock.h"
#include "base/result.h"
#include "calibration/figures.h"
#include "calibration/load.h"
#include "meter/meter_set.h"

namespace wattlens::calibration {

struct Progress {
  std::string channel;
  std::string stage;   // "at rest", "steps", "locked to 100 ms", "more steps"
  base::Seconds left;  // of this channel
};

// What a calibration works with; all outlive it.
struct Instruments {
  meter::MeterSet& meters;
  Load& load;
  base::Clock& clock;
  const base::Cancellation& cancel;
  std::function<void(const Progress&)> progress;  // about twice a second; may be empty
};

inline constexpr base::Seconds kUsualLength{32.0};  // of one calibration

// About kUsualLength for a sensor of up to 0.15 s, more for slower ones. The load is off again at the end, however it
// ends. ErrorKind::cancelled where it was interrupted; what the load says where that fails; not_measurable where the
// channel cannot be read.
Result<Figures> calibrate(const Instruments& instruments, std::size_t channel, std::uint64_t seed);

}  // namespace wattlens::calibration
