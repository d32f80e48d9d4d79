// A machine of files with two frequency policies, turbo and a package's power limit: settings of known truth.
#pragma once

#include <map>
#include <string>

#include "fake/temp_tree.h"

namespace wattlens::fake {

class SimulatedControls : public TempTree {
 public:
  SimulatedControls() {
    write("proc/sys/kernel/random/boot_id", "boot-1\n");
    for (const auto* policy : {"policy0", "policy1"}) {
      const std::string folder = std::string("sys/devices/system/cpu/cpufreq/") + policy + "/";
      write(folder + "scaling_governor", "powersave\n");
      write(folder + "scaling_available_governors", "performance powersave\n");
      write(folder + "energy_performance_preference", "balance_performance\n");
      write(folder + "energy_performance_available_preferences", "default performance balance_performance power\n");
      write(folder + "scaling_min_freq", "800000\n");
      write(folder + "scaling_max_freq", "3700000\n");
      write(folder + "cpuinfo_min_freq", "800000\n");
      write(folder + "cpuinfo_max_freq", "3700000\n");
    }
    write("sys/devices/system/cpu/intel_pstate/no_turbo", "0\n");
    const std::string zone = "sys/class/powercap/intel-rapl:0/";
    write(zone + "name", "package-0\n");
    write(zone + "enabled", "1\n");
    write(zone + "constraint_0_name", "long_term\n");
    write(zone + "constraint_0_power_limit_uw", "150000000\n");
    write(zone + "constraint_0_max_power_uw", "205000000\n");
    write(zone + "constraint_1_name", "short_term\n");
    write(zone + "constraint_1_power_limit_uw", "180000000\n");
  }

  std::string read(const std::string& path) const {
    std::ifstream file(root() / path);
    std::string line;
    std::getline(file, line);
    return line;
  }

  // Every file that a setting may change.
  std::map<std::string, std::string> values() const {
    std::map<std::string, std::string> values;
    for (const auto* policy : {"policy0", "policy1"}) {
      for (const auto* name :
           {"scaling_governor", "energy_performance_preference", "scaling_min_freq", "scaling_max_freq"}) {
        const std::string path = std::string("sys/devices/system/cpu/cpufreq/") + policy + "/" + name;
        values[path] = read(path);
      }
    }
    for (const auto* path :
         {"sys/devices/system/cpu/intel_pstate/no_turbo", "sys/class/powercap/intel-rapl:0/constraint_0_power_limit_uw",
          "sys/class/powercap/intel-rapl:0/constraint_1_power_limit_uw"}) {
      values[path] = read(path);
    }
    return values;
  }
};

}  // namespace wattlens::fake
