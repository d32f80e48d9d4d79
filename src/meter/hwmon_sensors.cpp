#include "meter/hwmon_sensors.h"

#include <fmt/core.h>

#include <utility>

#include "base/json.h"
#include "meter/table_members.h"

namespace wattlens::meter {
namespace {

using base::Json;
using base::member;
using base::member_or;

Result<HwmonSensor> parse_sensor(const Json& json) {
  WATTLENS_CHECK(only_members(json, {"driver", "needs", "without", "channel", "power", "energy", "rail", "limit",
                                     "interval", "poll_s", "scope", "covers", "source"}));
  HwmonSensor sensor;
  WATTLENS_TRY(sensor.driver, member<std::string>(json, "driver"));
  WATTLENS_TRY(sensor.needs, member_or<std::string>(json, "needs", {}));
  WATTLENS_TRY(sensor.without, member_or<std::string>(json, "without", {}));
  WATTLENS_TRY(sensor.channel, member<std::string>(json, "channel"));
  WATTLENS_TRY(sensor.rail, member_or<std::string>(json, "rail", {}));
  WATTLENS_TRY(sensor.interval, member_or<std::string>(json, "interval", {}));
  WATTLENS_TRY(sensor.scope, member<std::string>(json, "scope"));
  WATTLENS_TRY(sensor.limits, texts_or_none(json, "limit"));
  WATTLENS_TRY(sensor.covers, texts_or_none(json, "covers"));
  WATTLENS_TRY(const double poll, member<double>(json, "poll_s"));
  if (!(poll >= 0.0)) return fail(ErrorKind::usage, fmt::format("{}: \"poll_s\" is below 0", sensor.channel));
  sensor.poll = base::seconds(poll);
  WATTLENS_TRY(auto power, texts_or_none(json, "power"));
  WATTLENS_TRY(auto energy, texts_or_none(json, "energy"));
  const int ways = (power.empty() ? 0 : 1) + (energy.empty() ? 0 : 1) + (sensor.rail.empty() ? 0 : 1);
  if (ways != 1) {
    return fail(ErrorKind::usage, fmt::format("{}: one of \"power\", \"energy\", \"rail\" is needed", sensor.channel));
  }
  sensor.reading = !power.empty() ? HwmonReading::power : !energy.empty() ? HwmonReading::energy : HwmonReading::rail;
  sensor.files = power.empty() ? std::move(energy) : std::move(power);
  return sensor;
}

}  // namespace

Result<std::vector<HwmonSensor>> parse_hwmon_sensors(std::string_view text) {
  WATTLENS_TRY(const Json json, base::parse_json(text, "the table of hwmon sensors"));
  WATTLENS_CHECK(only_members(json, {"schema", "sources", "sensors"}));
  WATTLENS_CHECK(check_table(json, "wattlens.hwmon_sensors/1", {"sensors"}));
  WATTLENS_TRY(const Json list, member<Json>(json, "sensors"));
  std::vector<HwmonSensor> sensors;
  for (const Json& item : list) {
    WATTLENS_TRY(HwmonSensor sensor, parse_sensor(item));
    sensors.push_back(std::move(sensor));
  }
  return sensors;
}

}  // namespace wattlens::meter
