// Which power and energy sensors of Linux's hwmon folders are known: how each is found, read and called. The list is
// data/hwmon_sensors.json. Pure; thread-safe.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/units.h"

namespace wattlens::meter {

// power: a file in uW; energy: a counter in uJ; rail: voltage in mV times current in mA, of the input of that label.
enum class HwmonReading { power, energy, rail };

struct HwmonSensor {
  std::string driver;   // text of the file `name`
  std::string needs;    // a file that must be there; empty: any
  std::string without;  // a file that must not be there
  std::string channel;  // "gpu.amd": its number follows; "node....": it stands alone
  HwmonReading reading = HwmonReading::power;
  std::vector<std::string> files;   // power, energy: the first that is there
  std::string rail;                 // the label
  std::vector<std::string> limits;  // files in uW
  std::string interval;             // a file in ms: what a reading is the mean of
  base::Seconds poll;               // a read costs the bus or the firmware work: not made more often
  std::string scope;
  std::vector<std::string> covers;
};

// JSON of schema "wattlens.hwmon_sensors/1"; an unknown member is an error.
Result<std::vector<HwmonSensor>> parse_hwmon_sensors(std::string_view text);

// data/hwmon_sensors.json as it was when the library was built.
std::string_view hwmon_sensors_text();

}  // namespace wattlens::meter
