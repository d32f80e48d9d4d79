// A meter whose sensors are those of a scenario: its numbers are no measurements, and every channel says so.
#pragma once

#include <functional>
#include <memory>

#include "base/clock.h"
#include "meter/meter_set.h"
#include "simulation/scenario.h"

namespace wattlens::simulation {

// The simulation starts now. The clock outlives the meter. Method and provenance of every channel are "simulated". What
// wraps or is reset goes through meter::Counter, as in the RAPL meter, with a bound of twice the limit. `images`: how
// many the work has done until a time, from any thread; empty where nothing tells.
using ImagesDone = std::function<double(base::MonoTime)>;
std::unique_ptr<meter::Meter> make_simulated_meter(Scenario scenario, const base::Clock& clock, ImagesDone images = {});

// A simulated meter with a load that is switched while it is read: it raises each power by its Power::load. Not
// thread-safe; the switch must not outlive the meter.
struct LoadableMeter {
  std::unique_ptr<meter::Meter> meter;
  std::function<void(bool on)> switch_load;  // off at the start
};
LoadableMeter make_loadable_meter(Scenario scenario, const base::Clock& clock);

// The simulated meter, and no other: a simulated energy never stands beside one of this machine.
meter::MeterSet open_simulated_meters(Scenario scenario, const base::Clock& clock, ImagesDone images = {});

// The remark that every result of a simulation bears; code "simulated".
record::Warning simulated_warning(const Scenario& scenario);

}  // namespace wattlens::simulation
