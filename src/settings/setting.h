// What of a machine's speed and power can be set: its name, its legal values, and the places that hold it.
//
// A setting is named for what it acts on, as channels are ("cpu.governor", "cpu.package.0.power_limit", "gpu.0.clock"),
// and lies in one place or in several that are set alike (one per frequency policy). Texts of users carry units; texts
// of places are the device's own ("120000000" of a file in microwatts).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace wattlens::settings {

// One value that a device lets be changed. What is written may be rounded, refused or ignored: read it again. Errors
// name the file or the function, and what to do about a missing permission. Not thread-safe.
class Control {
 public:
  virtual ~Control() = default;
  virtual Result<std::string> read() = 0;
  virtual Result<void> write(std::string_view value) = 0;
};

struct Place {
  std::string id;  // the same at every start: "sys/devices/…/scaling_governor", "nvml/GPU-1234/power_limit"
  std::shared_ptr<Control> control;
};

// How a device writes a value.
enum class Encoding { word, one_is_on, zero_is_on, microwatts, milliwatts, kilohertz, megahertz };

struct Setting {
  std::string name;
  Encoding encoding = Encoding::word;
  std::vector<std::string> words;      // legal ones; of Encoding::word only
  std::optional<std::int64_t> lowest;  // legal range, in the device's unit; empty: the device does not tell
  std::optional<std::int64_t> highest;
  std::vector<Place> places;
  std::vector<Place> followers;  // that the device changes together with it: they are saved and restored too
  bool readable = true;          // false: the device does not tell its value, and `unset` takes the setting away
  std::string unset;             // a device value; of settings that cannot be read
  std::string obstacle;          // why it has no effect at present; empty: it has
};

// "120W", "2.4 GHz", "off", "performance" as the device writes it. Fails with usage, and the legal values, where it is
// none of them: a number must have its unit.
Result<std::string> device_value(const Setting& setting, std::string_view text);

// "120 W", "2400 MHz", "off", "performance"; the device's own text where it is not one of the setting's kind.
std::string shown_value(const Setting& setting, std::string_view device_value);

// "performance, powersave", "on, off", "800 MHz to 3700 MHz".
std::string legal_values(const Setting& setting);

// The values of all places, each once: "2400 MHz", or "2400 MHz, 3100 MHz" where they differ.
Result<std::string> read_values(const Setting& setting);

// The setting of that name. Fails with usage, and the nearest names or all there are, where there is none.
Result<const Setting*> find_setting(std::span<const Setting> settings, std::string_view name);

}  // namespace wattlens::settings
