#include "meter/unsupported_sensors.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <string>

#include "meter/hwmon_sensors.h"
#include "meter/sysfs.h"

namespace wattlens::meter {
namespace {

using base::Path;

// power1_input, power2_average, energy1_input.
bool tells_energy(std::string_view file) {
  const bool begins = file.starts_with("power") || file.starts_with("energy");
  return begins && (file.ends_with("_input") || file.ends_with("_average"));
}

// Files of power or energy by driver, of drivers that the table does not have.
std::map<std::string, std::string> unknown_drivers(const Path& root) {
  std::map<std::string, std::string> files;
  const auto known = parse_hwmon_sensors(hwmon_sensors_text());
  std::error_code error;
  for (const auto& folder : std::filesystem::directory_iterator(root / "sys/class/hwmon", error)) {
    const std::string driver = sysfs_text(folder.path() / "name");
    if (!known || std::ranges::find(*known, driver, &HwmonSensor::driver) != known->end()) continue;
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(folder.path(), ignored)) {
      const std::string file = entry.path().filename().string();
      if (!tells_energy(file)) continue;
      std::string& first = files[driver];
      if (first.empty() || file < first) first = file;
    }
  }
  return files;
}

}  // namespace

std::vector<AbsentMeter> unsupported_sensors(const Path& root) {
  std::vector<AbsentMeter> found;
  for (const char* device : {"dev/ipmi0", "dev/ipmi/0", "dev/ipmidev/0"}) {
    if (!is_there(root / device)) continue;
    found.push_back({"ipmi", "not supported: the management controller may know the machine's power",
                     "sudo modprobe acpi_power_meter; where the firmware shows it so, it is read as node.acpi"});
    break;
  }
  if (sysfs_text(root / "proc/device-tree/compatible").contains("apple,")) {
    found.push_back({"apple", "not supported: the power sensors of Apple's processors", {}});
  }
  if (sysfs_text(root / "proc/sys/kernel/osrelease").contains("icrosoft")) {
    found.push_back({"windows", "not supported: this is Linux on Windows (WSL), which passes no processor sensor on",
                     "measure under Linux on the machine itself"});
  }
  for (const auto& [driver, file] : unknown_drivers(root)) {
    found.push_back(
        {"hwmon", fmt::format("not supported: {} of '{}', of which wattlens knows nothing", file, driver), {}});
  }
  return found;
}

}  // namespace wattlens::meter
