#include "settings/setting.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "base/text.h"

namespace wattlens::settings {
namespace {

struct Unit {
  std::string_view suffix;
  double size;  // in watts or hertz
};
constexpr std::array kPowerUnits{Unit{"mW", 1e-3}, Unit{"kW", 1e3}, Unit{"W", 1.0}};
constexpr std::array kFrequencyUnits{Unit{"kHz", 1e3}, Unit{"MHz", 1e6}, Unit{"GHz", 1e9}};

bool is_power(Encoding encoding) { return encoding == Encoding::microwatts || encoding == Encoding::milliwatts; }
bool is_switch(Encoding encoding) { return encoding == Encoding::one_is_on || encoding == Encoding::zero_is_on; }

// Watts or hertz of one step of the device.
double device_unit(Encoding encoding) {
  switch (encoding) {
    case Encoding::microwatts: return 1e-6;
    case Encoding::milliwatts: return 1e-3;
    case Encoding::kilohertz: return 1e3;
    default: return 1e6;
  }
}

// Case counts: mW is not MW.
std::optional<double> parse_quantity(std::string_view text, std::span<const Unit> units) {
  for (const Unit& unit : units) {
    if (!text.ends_with(unit.suffix)) continue;
    const auto number = base::parse_number(base::trim(text.substr(0, text.size() - unit.suffix.size())));
    if (number && std::isfinite(*number)) return *number * unit.size;
  }
  return std::nullopt;
}

std::unexpected<Error> illegal(const Setting& setting, std::string_view text) {
  return fail(ErrorKind::usage, fmt::format("{} cannot be '{}'", setting.name, text),
              fmt::format("legal here: {}", legal_values(setting)));
}

Result<std::string> device_number(const Setting& setting, std::string_view text) {
  constexpr double kLargest = 1e15;  // of any device; also keeps the rounding below defined
  const bool power = is_power(setting.encoding);
  const auto quantity =
      parse_quantity(text, power ? std::span<const Unit>(kPowerUnits) : std::span<const Unit>(kFrequencyUnits));
  if (!quantity) {
    return fail(ErrorKind::usage,
                fmt::format("{}: '{}' is not a {} with its unit", setting.name, text, power ? "power" : "frequency"),
                fmt::format("write {}; legal here: {}", power ? "120W" : "2400MHz", legal_values(setting)));
  }
  const double steps = *quantity / device_unit(setting.encoding);
  if (steps < 1.0 || steps > kLargest) return illegal(setting, text);
  const auto value = static_cast<std::int64_t>(std::llround(steps));
  if ((setting.lowest && value < *setting.lowest) || (setting.highest && value > *setting.highest)) {
    return illegal(setting, text);
  }
  return fmt::format("{}", value);
}

}  // namespace

Result<std::string> device_value(const Setting& setting, std::string_view text) {
  if (setting.encoding == Encoding::word) {
    if (std::ranges::find(setting.words, text) == setting.words.end()) return illegal(setting, text);
    return std::string(text);
  }
  if (is_switch(setting.encoding)) {
    if (text != "on" && text != "off") return illegal(setting, text);
    return (text == "on") == (setting.encoding == Encoding::one_is_on) ? "1" : "0";
  }
  return device_number(setting, text);
}

std::string shown_value(const Setting& setting, std::string_view device_value) {
  const auto number = base::parse_integer(device_value);
  if (setting.encoding == Encoding::word || !number) return std::string(device_value);
  if (is_switch(setting.encoding)) return (*number != 0) == (setting.encoding == Encoding::one_is_on) ? "on" : "off";
  const double value = static_cast<double>(*number) * device_unit(setting.encoding);
  return is_power(setting.encoding) ? fmt::format("{:.7g} W", value) : fmt::format("{:.7g} MHz", value * 1e-6);
}

std::string legal_values(const Setting& setting) {
  if (setting.encoding == Encoding::word) return base::join(setting.words, ", ");
  if (is_switch(setting.encoding)) return "on, off";
  const auto shown = [&](std::int64_t value) { return shown_value(setting, fmt::format("{}", value)); };
  if (setting.lowest && setting.highest)
    return fmt::format("{} to {}", shown(*setting.lowest), shown(*setting.highest));
  if (setting.lowest) return fmt::format("{} or more (no upper limit is told)", shown(*setting.lowest));
  if (setting.highest) return fmt::format("up to {}", shown(*setting.highest));
  return is_power(setting.encoding) ? "a power (no limits are told)" : "a frequency (no limits are told)";
}

Result<std::string> read_values(const Setting& setting) {
  std::vector<std::string> values;
  for (const Place& place : setting.places) {
    WATTLENS_TRY(const std::string value, place.control->read());
    std::string shown = shown_value(setting, value);
    if (std::ranges::find(values, shown) == values.end()) values.push_back(std::move(shown));
  }
  return base::join(values, ", ");
}

Result<const Setting*> find_setting(std::span<const Setting> settings, std::string_view name) {
  const auto found = std::ranges::find(settings, name, &Setting::name);
  if (found != settings.end()) return &*found;
  std::vector<std::string> names;
  for (const Setting& setting : settings) names.push_back(setting.name);
  if (names.empty()) {
    return fail(ErrorKind::usage, fmt::format("there is no setting '{}': this machine lets nothing be set", name),
                "virtual machines and containers rarely do; `wattlens settings list` tells what there is");
  }
  const std::vector<std::string> nearest = base::nearest_names(name, names);
  return fail(ErrorKind::usage, fmt::format("there is no setting '{}' here", name),
              fmt::format("{}: {}", nearest.empty() ? "settings" : "did you mean",
                          base::join(nearest.empty() ? names : nearest, ", ")));
}

}  // namespace wattlens::settings
