#include "experiment/continuation.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "record/names.h"

namespace wattlens::experiment {
namespace {

// A kernel that reserves a little more or less is no other machine.
constexpr double kMemoryTolerance = 0.05;

struct Condition {
  std::string name;
  std::string before;
  std::string now;
};

std::string yes_or_no(const std::optional<bool>& value) { return !value ? "not known" : *value ? "on" : "off"; }

// As asked for: a restart may make another value of it, which is a warning of its own.
std::string settings_of(const record::MachineState& machine) {
  std::vector<std::string> texts;
  for (const record::ChangedSetting& setting : machine.settings.value_or(std::vector<record::ChangedSetting>())) {
    texts.push_back(fmt::format("{}={}", setting.name, setting.asked));
  }
  return base::join(texts, ", ");
}

std::string sensors_of(std::span<const record::Channel> channels) {
  std::vector<std::string> names;
  for (const record::Channel& channel : channels) {
    names.push_back(fmt::format("{} {} ({})", record::to_string(channel.provenance), channel.id, channel.method));
  }
  return names.empty() ? "none" : base::join(names, ", ");
}

// The machine and the sensors of the last part.
const record::MachineState& last_machine(const record::Experiment& experiment) {
  return experiment.resumptions.empty() ? experiment.machine : experiment.resumptions.back().machine;
}
const std::vector<record::Channel>& last_channels(const record::Experiment& experiment) {
  return experiment.resumptions.empty() ? experiment.channels : experiment.resumptions.back().channels;
}

std::vector<Condition> differing(std::vector<Condition> conditions) {
  std::erase_if(conditions, [](const Condition& condition) { return condition.before == condition.now; });
  return conditions;
}

// What makes another machine.
std::vector<Condition> identity_changes(const record::Experiment& experiment, const record::MachineState& machine,
                                        std::span<const record::Channel> channels) {
  const record::MachineState& before = last_machine(experiment);
  const record::Cpu& cpu = before.cpu;
  const record::Cpu& cpu_now = machine.cpu;
  std::vector<Condition> conditions = {
      {"processor", cpu.model_name, cpu_now.model_name},
      {"processor family and model", fmt::format("{} {}/{}", cpu.vendor, cpu.family, cpu.model),
       fmt::format("{} {}/{}", cpu_now.vendor, cpu_now.family, cpu_now.model)},
      {"cores", fmt::format("{} in {} sockets", cpu.cores, cpu.sockets),
       fmt::format("{} in {} sockets", cpu_now.cores, cpu_now.sockets)},
      {"sensors", sensors_of(last_channels(experiment)), sensors_of(channels)},
  };
  const double memory = before.memory.value;
  if (std::abs(machine.memory.value - memory) > kMemoryTolerance * memory) {
    conditions.push_back({"memory", fmt::format("{:.1f} GiB", before.memory / base::mebibytes(1024.0)),
                          fmt::format("{:.1f} GiB", machine.memory / base::mebibytes(1024.0))});
  }
  return differing(std::move(conditions));
}

std::vector<Condition> setting_changes(const record::MachineState& before, const record::MachineState& now) {
  return differing({
      {"usable threads", fmt::format("{} of {}", before.cpu.usable_threads, before.cpu.threads),
       fmt::format("{} of {}", now.cpu.usable_threads, now.cpu.threads)},
      {"governor", before.cpu.governor, now.cpu.governor},
      {"turbo", yes_or_no(before.cpu.turbo), yes_or_no(now.cpu.turbo)},
      {"SMT", yes_or_no(before.cpu.smt), yes_or_no(now.cpu.smt)},
      {"settings by --set", settings_of(before), settings_of(now)},
      {"kernel", before.kernel, now.kernel},
      {"system", before.os, now.os},
      {"virtual machine", before.virtual_machine, now.virtual_machine},
      {"container", before.container, now.container},
      {"version of wattlens", before.wattlens_version, now.wattlens_version},
      {"git revision of wattlens", before.git_revision, now.git_revision},
      {"build of wattlens", before.build_type + ", " + before.compiler, now.build_type + ", " + now.compiler},
  });
}

std::string or_none(const std::string& text) { return text.empty() ? "none" : text; }

record::Warning warning_of(std::string_view code, const Condition& condition) {
  return {std::string(code), "",
          fmt::format("{} changed between the parts of this experiment: {}, then {}", condition.name,
                      or_none(condition.before), or_none(condition.now)),
          "start a new experiment where the parts must be alike"};
}

}  // namespace

Result<void> check_same_machine(const record::Experiment& experiment, const record::MachineState& machine,
                                std::span<const record::Channel> channels) {
  const std::vector<Condition> changes = identity_changes(experiment, machine, channels);
  if (changes.empty()) return {};
  std::vector<std::string> texts;
  for (const Condition& change : changes) {
    texts.push_back(fmt::format("{}: {}, now {}", change.name, or_none(change.before), or_none(change.now)));
  }
  return fail(ErrorKind::usage,
              fmt::format("experiment {} was measured on another machine ({})", experiment.id, base::join(texts, "; ")),
              "start a new experiment; or add --force to mix both in one, with a warning in its data");
}

std::vector<record::Warning> changed_conditions(const record::Experiment& experiment,
                                                const record::MachineState& machine,
                                                std::span<const record::Channel> channels) {
  std::vector<record::Warning> warnings;
  for (const Condition& change : identity_changes(experiment, machine, channels)) {
    warnings.push_back(warning_of("machine_changed", change));
  }
  for (const Condition& change : setting_changes(last_machine(experiment), machine)) {
    warnings.push_back(warning_of("condition_changed", change));
  }
  return warnings;
}

std::vector<record::Warning> changed_engine(const record::WorkloadInfo& before, const record::WorkloadInfo& now) {
  std::vector<record::Warning> warnings;
  for (const Condition& change : differing({
           {"engine version", before.engine_version, now.engine_version},
           {"device", before.device_name, now.device_name},
           {"precision that is run", before.execution_precision, now.execution_precision},
           {"threads", fmt::format("{}", before.threads), fmt::format("{}", now.threads)},
           {"streams", fmt::format("{}", before.streams), fmt::format("{}", now.streams)},
           {"conditions of the engine", base::join(before.conditions, ", "), base::join(now.conditions, ", ")},
       })) {
    warnings.push_back(warning_of("engine_changed", change));
  }
  return warnings;
}

}  // namespace wattlens::experiment
