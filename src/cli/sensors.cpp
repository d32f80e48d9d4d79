#include "cli/sensors.h"

#include <fmt/format.h>

#include <utility>

#include "cli/calibrations.h"
#include "simulation/scenario_file.h"

namespace wattlens::cli {

Result<std::optional<simulation::Scenario>> read_simulated(const base::Path& file) {
  if (file.empty()) return std::nullopt;
  WATTLENS_TRY(simulation::Scenario scenario, simulation::read_scenario(file));
  if (scenario.title.empty()) scenario.title = file.filename().string();
  return scenario;
}

Sensors open_sensors(std::optional<simulation::Scenario> scenario, base::Clock& clock,
                     const record::MachineState& machine, simulation::ImagesDone images) {
  if (!scenario) {
    Sensors sensors{.meters = meter::MeterSet::open({.clock = &clock, .machine = machine}), .warnings = {}};
    sensors.warnings = use_calibrations(machine, sensors.meters);
    return sensors;
  }
  record::Warning warning = simulation::simulated_warning(*scenario);
  return {.meters = simulation::open_simulated_meters(*std::move(scenario), clock, std::move(images)),
          .warnings = {std::move(warning)}};
}

Sensors open_sensors_below(const base::Path& root, base::Clock& clock, const record::MachineState& machine) {
  Sensors sensors{meter::MeterSet::open({.root = root, .clock = &clock, .machine = machine}), {}, root};
  sensors.warnings.push_back(
      {.code = "replayed",
       .message = "REPLAYED: the files of a recorded machine and its sensors; nothing is measured here."});
  return sensors;
}

}  // namespace wattlens::cli
