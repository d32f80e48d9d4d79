#include "cli/doctor_findings.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/text.h"
#include "cli/engines.h"
#include "cli/machine_settings.h"
#include "experiment/repetition.h"
#include "machine/neighbours.h"
#include "meter/unsupported_sensors.h"
#include "record/json.h"
#include "record/names.h"
#include "report/simulated.h"

namespace wattlens::cli {
namespace {

using base::Json;
using base::MonoTime;
using base::Seconds;

// Ticks can be judged only over 2 s (docs/measurement.md), and a hypervisor's counter may step once a second.
constexpr Seconds kLook{2.1};

std::vector<SensorFinding> compare_looks(const meter::MeterSet& meters, std::span<const meter::Reading> first,
                                         std::span<const meter::Reading> second) {
  std::vector<SensorFinding> findings;
  for (std::size_t i = 0; i < first.size(); ++i) {
    SensorFinding finding{meters.channels()[i], std::nullopt, false};
    const bool read = first[i].status == meter::ReadStatus::ok && second[i].status == meter::ReadStatus::ok;
    if (read && finding.channel.kind == record::ChannelKind::power) {
      finding.power = base::Watts{static_cast<double>(second[i].value) * 1e-6};
      finding.alive = second[i].value >= 0;
    } else if (read) {
      const Seconds time = second[i].after - first[i].after;
      const base::Joules energy{static_cast<double>(second[i].value - first[i].value) * 1e-6};
      finding.power = energy / time;
      // A counter that stands still while the machine runs is dead, whatever it shows.
      finding.alive = second[i].value > first[i].value;
    }
    findings.push_back(std::move(finding));
  }
  return findings;
}

std::vector<record::Warning> remarks_on(const record::MachineState& machine, const record::Neighbours& neighbours) {
  std::vector<record::Warning> remarks;
  const auto add = [&](std::string code, std::string message, std::string hint) {
    remarks.push_back({std::move(code), "", std::move(message), std::move(hint)});
  };
  if (!machine.virtual_machine.empty()) {
    add("virtual_machine",
        fmt::format("this is a virtual machine ({}): its power sensors are the host's, if any",
                    machine.virtual_machine),
        "measure on the bare machine for measured joules");
  }
  if (!machine.cpu.governor.empty() && machine.cpu.governor != "performance") {
    add("governor",
        fmt::format("the frequency governor is '{}': speed and power follow the load", machine.cpu.governor),
        "sudo cpupower frequency-set -g performance");
  }
  if (machine.cpu.turbo.value_or(false)) {
    add("turbo", "turbo is on: speed and power depend on temperature",
        "echo 1 | sudo tee /sys/devices/system/cpu/intel_pstate/no_turbo, or …/cpufreq/boost with 0, for steadier "
        "figures");
  }
  if (neighbours.other_cores.value_or(0.0) > experiment::kNeighbourLimit) {
    add("neighbour", fmt::format("other processes use {:.2f} of a core", *neighbours.other_cores),
        "close other programs before measuring");
  }
  if (neighbours.steal_cores.value_or(0.0) > experiment::kStealLimit) {
    add("steal", fmt::format("the hypervisor takes {:.2f} of a core", *neighbours.steal_cores),
        "measure at a quieter time or on a dedicated machine");
  }
  return remarks;
}

// Settings that a measurement changed and that nobody has restored.
std::vector<record::Warning> remarks_on_settings() {
  const auto left = left_settings({});
  if (!left) return {{"settings_left", "", left.error().message, left.error().hint}};
  std::vector<record::Warning> remarks;
  for (const LeftSettings& one : *left) {
    std::vector<std::string> values;
    for (const settings::JournalEntry& entry : one.journal.entries) {
      std::string value = fmt::format("{} (it was {})", entry.setting, entry.original);
      if (std::ranges::find(values, value) == values.end()) values.push_back(std::move(value));
    }
    const std::string text = base::join(values, ", ");
    if (one.in_use) {
      remarks.push_back({"settings_in_use", "",
                         fmt::format("process {} measures with other settings: {}", one.journal.pid, text),
                         "they are restored when it ends"});
    } else {
      remarks.push_back(
          {"settings_left", "",
           fmt::format("a measurement that did not end ({}) left settings changed: {}", one.journal.changed_at, text),
           one.file.string().starts_with("/var/") ? "sudo wattlens settings restore" : "wattlens settings restore"});
    }
  }
  return remarks;
}

Json to_json(const SensorFinding& finding) {
  Json json = record::to_json(finding.channel);
  json["alive"] = finding.alive;
  if (finding.power) json["power_w"] = finding.power->value;
  return json;
}

Json to_json(const EngineFinding& finding) {
  Json json = {{"name", finding.name}};
  if (finding.failure) {
    json["error"] = {{"message", finding.failure->message}, {"hint", finding.failure->hint}};
  }
  if (!finding.hello) return json;
  json["version"] = finding.hello->engine_version;
  for (const engine::DeviceInfo& device : finding.hello->devices) {
    json["devices"].push_back({{"id", device.id}, {"name", device.name}, {"precisions", device.precisions}});
  }
  return json;
}

}  // namespace

DoctorFindings examine(const record::MachineState& machine, Sensors sensors,
                       const std::vector<worker::EngineLocation>& engines, base::Clock& clock,
                       const base::Cancellation& cancel) {
  DoctorFindings findings;
  findings.machine = machine;
  machine::NeighbourWatch watch(clock);
  watch.begin();
  const MonoTime begin = clock.now();
  meter::MeterSet& meters = sensors.meters;
  std::vector<meter::Reading> first(meters.channels().size());
  std::vector<meter::Reading> second(first);
  meters.read(first);
  findings.absent.assign(meters.absent().begin(), meters.absent().end());
  if (!report::simulated(meters.channels())) {  // of a simulation, nothing of this machine is told
    for (meter::AbsentMeter& other : meter::unsupported_sensors(sensors.root))
      findings.absent.push_back(std::move(other));
  }
  for (const worker::EngineLocation& engine : engines) {
    auto hello = ask_engine(engine, clock, cancel);
    EngineFinding finding{.name = engine.name};
    if (hello) {
      finding.hello = std::move(*hello);
    } else {
      finding.failure = hello.error();
    }
    findings.engines.push_back(std::move(finding));
  }
  cancel.sleep_until(clock, begin + kLook);
  meters.read(second);
  findings.sensors = compare_looks(meters, first, second);
  findings.remarks = std::move(sensors.warnings);
  if (sensors.root == "/") std::ranges::move(remarks_on_settings(), std::back_inserter(findings.remarks));
  // A recorded machine's neighbours are not this one's.
  const record::Neighbours neighbours = sensors.root == "/" ? watch.end() : record::Neighbours{};
  std::ranges::move(remarks_on(findings.machine, neighbours), std::back_inserter(findings.remarks));
  return findings;
}

bool anything_measurable(const DoctorFindings& findings) {
  const bool energy = std::ranges::any_of(findings.sensors, [](const SensorFinding& finding) { return finding.alive; });
  const bool engine =
      std::ranges::any_of(findings.engines, [](const EngineFinding& finding) { return finding.hello.has_value(); });
  return energy || engine;
}

Json to_json(const DoctorFindings& findings) {
  Json json = {{"schema", "wattlens.doctor/1"}, {"machine", record::to_json(findings.machine)}};
  json["channels"] = Json::array();
  for (const SensorFinding& finding : findings.sensors) json["channels"].push_back(to_json(finding));
  json["absent"] = Json::array();
  for (const meter::AbsentMeter& meter : findings.absent) {
    json["absent"].push_back({{"name", meter.name}, {"reason", meter.reason}, {"hint", meter.hint}});
  }
  json["engines"] = Json::array();
  for (const EngineFinding& finding : findings.engines) json["engines"].push_back(to_json(finding));
  json["remarks"] = Json::array();
  for (const record::Warning& remark : findings.remarks) json["remarks"].push_back(record::to_json(remark));
  return json;
}

}  // namespace wattlens::cli
