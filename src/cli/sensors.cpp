#include "cli/sensors.h"

#include <utility>

#include "simulation/scenario_file.h"
#include "simulation/simulated_meter.h"

namespace wattlens::cli {

Result<Sensors> open_sensors(const base::Path& scenario, base::Clock& clock, const record::MachineState& machine) {
  if (scenario.empty()) return Sensors{meter::MeterSet::open({.clock = &clock, .machine = machine}), {}};
  WATTLENS_TRY(simulation::Scenario simulated, simulation::read_scenario(scenario));
  if (simulated.title.empty()) simulated.title = scenario.filename().string();
  record::Warning warning = simulation::simulated_warning(simulated);
  return Sensors{simulation::open_simulated_meters(std::move(simulated), clock), {std::move(warning)}};
}

}  // namespace wattlens::cli
