#include "meter/sensor_profiles.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/json.h"
#include "meter/table_members.h"

namespace wattlens::meter {
namespace {

using base::Json;
using base::member;
using base::member_or;
using base::Seconds;
using base::Watts;

constexpr std::string_view kSchema = "wattlens.sensor_profiles/1";

Result<std::optional<double>> number_or_none(const Json& json, std::string_view name) {
  if (!json.contains(name)) return std::nullopt;
  WATTLENS_TRY(const double value, member<double>(json, name));
  return value;
}

Result<CounterSource> parse_counter_source(std::string_view text) {
  if (text == "integrated") return CounterSource::integrated;
  if (text == "sampled") return CounterSource::sampled;
  if (text == "unknown") return CounterSource::unknown;
  return fail(ErrorKind::usage, fmt::format("\"counter_source\" cannot be \"{}\"", text));
}

// A population tells reading ÷ truth - 1; a channel wants truth ÷ reading - 1. Offsets turn their sign likewise.
Result<void> add_population(const Json& populations, const std::string& name, SensorProfile& profile) {
  if (name.empty()) return {};
  for (const Json& json : populations) {
    WATTLENS_TRY(const std::string its_name, member<std::string>(json, "name"));
    if (its_name != name) continue;
    WATTLENS_CHECK(only_members(json, {"name", "reading_over_truth_low", "reading_over_truth_high", "offset_low_w",
                                       "offset_high_w", "parts", "source", "basis"}));
    WATTLENS_TRY(const double low, member<double>(json, "reading_over_truth_low"));
    WATTLENS_TRY(const double high, member<double>(json, "reading_over_truth_high"));
    WATTLENS_TRY(const double offset_low, member<double>(json, "offset_low_w"));
    WATTLENS_TRY(const double offset_high, member<double>(json, "offset_high_w"));
    if (!(low > -1.0 && low <= high && offset_low <= offset_high)) {
      return fail(ErrorKind::usage, fmt::format("population \"{}\" has bounds in the wrong order", name));
    }
    profile.gain_low = 1.0 / (1.0 + high) - 1.0;
    profile.gain_high = 1.0 / (1.0 + low) - 1.0;
    profile.offset = record::Interval<Watts>{Watts{-offset_high}, Watts{-offset_low}};
    return {};
  }
  return fail(ErrorKind::usage, fmt::format("there is no population \"{}\"", name));
}

}  // namespace

Result<SensorProfiles::Entry> SensorProfiles::parse_entry(const Json& json, const Json& populations) {
  WATTLENS_CHECK(
      only_members(json, {"sensor", "generations", "name_contains", "driver", "update_period_s", "averaging_window_s",
                          "duty", "lag_s", "counter_source", "population", "source", "basis"}));
  Entry entry;
  WATTLENS_TRY(entry.sensor, member<std::string>(json, "sensor"));
  WATTLENS_TRY(entry.generations, texts_or_none(json, "generations"));
  WATTLENS_TRY(entry.name_contains, member_or<std::string>(json, "name_contains", {}));
  if (json.contains("driver")) {
    WATTLENS_TRY(entry.driver, member<std::int64_t>(json, "driver"));
  }
  WATTLENS_TRY(const auto period, number_or_none(json, "update_period_s"));
  WATTLENS_TRY(const auto window, number_or_none(json, "averaging_window_s"));
  WATTLENS_TRY(const auto lag, number_or_none(json, "lag_s"));
  WATTLENS_TRY(entry.profile.duty, member_or<double>(json, "duty", 1.0));
  WATTLENS_TRY(const auto source, member_or<std::string>(json, "counter_source", "unknown"));
  WATTLENS_TRY(entry.profile.counter_source, parse_counter_source(source));
  if ((period && !(*period > 0.0)) || (window && !(*window > 0.0)) || (lag && !(*lag >= 0.0)) ||
      !(entry.profile.duty > 0.0 && entry.profile.duty <= 1.0)) {
    return fail(ErrorKind::usage,
                fmt::format("{}: period, window and duty must be above 0, lag at least 0", entry.sensor));
  }
  if (period) entry.profile.update_period = Seconds{*period};
  if (window) entry.profile.averaging_window = Seconds{*window};
  if (lag) entry.profile.lag = Seconds{*lag};
  WATTLENS_TRY(const auto population, member_or<std::string>(json, "population", {}));
  WATTLENS_CHECK(add_population(populations, population, entry.profile));
  return entry;
}

Result<SensorProfiles> SensorProfiles::parse(std::string_view text) {
  WATTLENS_TRY(const Json json, base::parse_json(text, "the sensor profiles"));
  WATTLENS_CHECK(only_members(json, {"schema", "sources", "populations", "profiles"}));
  WATTLENS_CHECK(check_table(json, kSchema, {"populations", "profiles"}));
  WATTLENS_TRY(const Json populations, member<Json>(json, "populations"));
  WATTLENS_TRY(const Json profiles, member<Json>(json, "profiles"));
  SensorProfiles result;
  for (const Json& profile : profiles) {
    WATTLENS_TRY(Entry entry, parse_entry(profile, populations));
    result.entries_.push_back(std::move(entry));
  }
  return result;
}

std::optional<SensorProfile> SensorProfiles::find(const SensorQuery& query) const {
  for (const Entry& entry : entries_) {
    if (entry.sensor != query.sensor || (entry.driver && *entry.driver != query.driver)) continue;
    if (std::ranges::find(entry.generations, query.generation) == entry.generations.end()) continue;
    if (!query.part_name.contains(entry.name_contains)) continue;
    return entry.profile;
  }
  return std::nullopt;
}

void apply_profile(const SensorProfile& profile, record::Channel& channel) {
  channel.update_period = profile.update_period;
  channel.averaging_window = profile.averaging_window;
  channel.lag = profile.lag;
  if (profile.duty < 1.0) channel.duty = profile.duty;
  channel.gain_low = profile.gain_low;
  channel.gain_high = profile.gain_high;
  channel.offset = profile.offset;
  channel.figures_from = "profile";
}

}  // namespace wattlens::meter
