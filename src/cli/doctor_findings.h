// What `wattlens doctor` finds out: sensors, engines, and conditions that disturb measurements.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/cancel.h"
#include "base/clock.h"
#include "base/json.h"
#include "cli/sensors.h"
#include "meter/meter_set.h"
#include "record/channel.h"
#include "record/machine_state.h"
#include "worker/engine_location.h"
#include "worker/messages.h"

namespace wattlens::cli {

struct SensorFinding {
  record::Channel channel;
  std::optional<base::Watts> power;  // over the short look; empty where nothing could be read
  bool alive = false;
};

struct EngineFinding {
  std::string name;
  std::optional<worker::Hello> hello;
  std::optional<Error> failure;
};

struct DoctorFindings {
  record::MachineState machine;
  std::vector<SensorFinding> sensors;
  std::vector<meter::AbsentMeter> absent;
  std::vector<EngineFinding> engines;
  std::vector<record::Warning> remarks;  // governor, turbo, virtual machine, load
};

// Looks at the sensors for two seconds and asks every engine's worker. Never fails: what cannot be had is a finding.
DoctorFindings examine(const record::MachineState& machine, Sensors sensors,
                       const std::vector<worker::EngineLocation>& engines, base::Clock& clock,
                       const base::Cancellation& cancel);

// Measured, modelled, or neither; and whether any engine answers.
bool anything_measurable(const DoctorFindings& findings);

base::Json to_json(const DoctorFindings& findings);  // schema "wattlens.doctor/1"

}  // namespace wattlens::cli
