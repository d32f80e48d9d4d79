// The state of a machine at the start of an experiment: every condition that can change a joule.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "record/quantity.h"

namespace wattlens::record {

// An absent value means that the machine did not tell.
struct Cpu {
  std::string vendor;  // "AuthenticAMD", "GenuineIntel"
  std::string model_name;
  std::int64_t family = 0;
  std::int64_t model = 0;
  std::string microarchitecture;  // "Zen 5", "Sapphire Rapids"; empty when unknown
  std::int64_t sockets = 0;
  std::int64_t cores = 0;             // physical, as the kernel shows them
  std::int64_t threads = 0;           // online logical processors
  std::int64_t usable_threads = 0;    // this process may run on (affinity and cgroup quota)
  std::vector<std::string> features;  // those that engines choose by: avx2, avx512f, avx512_bf16, amx_bf16, ...
  std::optional<Hertz> max_frequency;
  std::optional<bool> smt;
  std::optional<bool> turbo;
  std::string governor;  // empty when the kernel shows none
  std::optional<Celsius> temperature;
};

// A setting of the machine that wattlens changed for a measurement, and restored after it.
struct ChangedSetting {
  std::string name;    // "cpu.governor"
  std::string asked;   // as the user wrote it: "120W"
  std::string set;     // as read back: "119.5 W"; empty where the device does not tell
  std::string before;  // the same, before it was changed
  std::string method;  // "sysfs", "nvml" or "simulated"
};

struct MachineState {
  std::string host_label;  // a name that the user gave; never the host name
  std::string kernel;
  std::string os;
  Cpu cpu;
  Bytes memory;                        // of the machine
  std::optional<Bytes> memory_limit;   // that its cgroups allow this process; empty: none
  std::string virtual_machine;         // "kvm", ...; empty on bare metal
  std::string container;               // "docker", ...; empty outside
  std::optional<double> load_average;  // 1 minute
  std::string wattlens_version;
  std::string git_revision;
  std::string build_type;
  std::string compiler;
  std::optional<std::vector<ChangedSetting>> settings;  // empty: none was changed by wattlens

  Bytes usable_memory() const { return memory_limit && *memory_limit < memory ? *memory_limit : memory; }
};

// What else happened on the processors during one window. Shares are of one core: 1.0 is one busy core.
struct Neighbours {
  std::optional<double> other_cores;  // CPU time of other processes / duration; empty: not known
  std::optional<double> steal_cores;  // taken by the hypervisor
  std::string method;                 // "schedstat" or "ticks"
};

}  // namespace wattlens::record
