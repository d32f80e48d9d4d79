// What is known beforehand of sensors of one kind: how often they move, how much of the time they see, how far they are
// from the truth. The figures, each with its source, are data/sensor_profiles.json. Thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "base/units.h"
#include "record/channel.h"

namespace wattlens::meter {

// Whether a counter adds up the power itself, or readings of a sensor that sees a part of the time only.
enum class CounterSource { integrated, sampled, unknown };

struct SensorProfile {
  std::optional<base::Seconds> update_period;
  std::optional<base::Seconds> averaging_window;
  std::optional<base::Seconds> lag;
  double duty = 1.0;  // averaging window / update period where that is below 1
  CounterSource counter_source = CounterSource::unknown;
  // As in record::Channel; both gains 0 where no part of that kind was ever compared with a meter.
  double gain_low = 0.0;
  double gain_high = 0.0;
  std::optional<record::Interval<base::Watts>> offset;
};

struct SensorQuery {
  std::string_view sensor;      // "nvml.instant"
  std::string_view generation;  // "hopper"
  std::string_view part_name;   // "NVIDIA H200"
  std::int64_t driver = 0;      // its major version
};

class SensorProfiles {
 public:
  // JSON of schema "wattlens.sensor_profiles/1"; an unknown member is an error.
  static Result<SensorProfiles> parse(std::string_view text);

  // The first profile that fits; nothing where none does.
  std::optional<SensorProfile> find(const SensorQuery& query) const;

 private:
  struct Entry {
    std::string sensor;
    std::vector<std::string> generations;
    std::string name_contains;           // empty: any
    std::optional<std::int64_t> driver;  // empty: any
    SensorProfile profile;
  };
  static Result<Entry> parse_entry(const base::Json& json, const base::Json& populations);

  std::vector<Entry> entries_;
};

// What `channel` takes over from the profile of its sensor.
void apply_profile(const SensorProfile& profile, record::Channel& channel);

// data/sensor_profiles.json as it was when the library was built.
std::string_view sensor_profiles_text();

}  // namespace wattlens::meter
