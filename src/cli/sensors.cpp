#include "cli/sensors.h"

#include <utility>

#include "simulation/scenario_file.h"
#include "simulation/simulated_meter.h"

namespace wattlens::cli {

Result<std::optional<simulation::Scenario>> read_simulated(const base::Path& file) {
  if (file.empty()) return std::nullopt;
  WATTLENS_TRY(simulation::Scenario scenario, simulation::read_scenario(file));
  if (scenario.title.empty()) scenario.title = file.filename().string();
  return scenario;
}

Sensors open_sensors(std::optional<simulation::Scenario> scenario, base::Clock& clock,
                     const record::MachineState& machine) {
  if (!scenario) return {meter::MeterSet::open({.clock = &clock, .machine = machine}), {}};
  record::Warning warning = simulation::simulated_warning(*scenario);
  return {simulation::open_simulated_meters(*std::move(scenario), clock), {std::move(warning)}};
}

}  // namespace wattlens::cli
