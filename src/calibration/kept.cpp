#include "calibration/kept.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <utility>

#include "base/json.h"

namespace wattlens::calibration {
namespace {

using base::Json;
using base::member;

constexpr std::string_view kSchema = "wattlens.calibrations/1";
// The name of each figure, in the order of visit_figures().
constexpr auto kFigureNames = std::to_array<std::string_view>(
    {"update_period_s", "jitter_s", "averaging_window_s", "lag_s", "duty", "idle_noise_w", "load_power_w"});

double& number(double& value) { return value; }
template <class Tag>
double& number(base::Unit<Tag>& value) {
  return value.value;
}

template <class Visit, class AnyFigures>
Result<void> visit_figures(AnyFigures& figures, Visit visit) {
  WATTLENS_CHECK(visit(kFigureNames[0], figures.update_period));
  WATTLENS_CHECK(visit(kFigureNames[1], figures.jitter));
  WATTLENS_CHECK(visit(kFigureNames[2], figures.averaging_window));
  WATTLENS_CHECK(visit(kFigureNames[3], figures.lag));
  WATTLENS_CHECK(visit(kFigureNames[4], figures.duty));
  WATTLENS_CHECK(visit(kFigureNames[5], figures.idle_noise));
  return visit(kFigureNames[6], figures.load_power);
}

Result<void> only(const Json& json, std::span<const std::string_view> names) {
  if (!json.is_object()) return fail(ErrorKind::usage, "an object was expected");
  for (const auto& [name, value] : json.items()) {
    if (std::ranges::find(names, name) != names.end()) continue;
    return fail(ErrorKind::usage, fmt::format("it has an unknown member \"{}\"", name));
  }
  return {};
}

template <class T>
Result<Finding<T>> parse_finding(const Json& json, std::string_view name) {
  WATTLENS_TRY(const Json found, member<Json>(json, name));
  constexpr auto kNames = std::to_array<std::string_view>({"value", "low", "high", "reason"});
  WATTLENS_CHECK(only(found, kNames));
  Finding<T> finding;
  if (found.contains("reason")) {
    WATTLENS_TRY(finding.reason, member<std::string>(found, "reason"));
    return finding;
  }
  record::Estimate<T> estimate;
  WATTLENS_TRY(number(estimate.value), member<double>(found, "value"));
  WATTLENS_TRY(number(estimate.low), member<double>(found, "low"));
  WATTLENS_TRY(number(estimate.high), member<double>(found, "high"));
  // Also refuses what is no number.
  const bool ordered = number(estimate.low) >= 0.0 && number(estimate.low) <= number(estimate.value) &&
                       number(estimate.value) <= number(estimate.high) && number(estimate.high) < 1e6;
  if (!ordered) return fail(ErrorKind::usage, fmt::format("\"{}\" has bounds in the wrong order", name));
  finding.value = estimate;
  return finding;
}

Result<KeptCalibration> parse_one(const Json& json) {
  constexpr auto kNames = std::to_array<std::string_view>(
      {"channel", "method", "part", "driver", "date", "load", "wattlens_version", "figures"});
  WATTLENS_CHECK(only(json, kNames));
  KeptCalibration kept;
  WATTLENS_TRY(kept.sensor.channel, member<std::string>(json, "channel"));
  WATTLENS_TRY(kept.sensor.method, member<std::string>(json, "method"));
  WATTLENS_TRY(kept.sensor.part, member<std::string>(json, "part"));
  WATTLENS_TRY(kept.sensor.driver, member<std::string>(json, "driver"));
  WATTLENS_TRY(kept.date, member<std::string>(json, "date"));
  WATTLENS_TRY(kept.load, member<std::string>(json, "load"));
  WATTLENS_TRY(kept.wattlens_version, member<std::string>(json, "wattlens_version"));
  WATTLENS_TRY(const Json figures, member<Json>(json, "figures"));
  WATTLENS_CHECK(only(figures, kFigureNames));
  WATTLENS_CHECK(visit_figures(kept.figures, [&]<class T>(std::string_view name, Finding<T>& finding) -> Result<void> {
    WATTLENS_TRY(finding, parse_finding<T>(figures, name));
    return {};
  }));
  return kept;
}

Result<std::vector<KeptCalibration>> parse_all(std::string_view text, std::string_view where) {
  WATTLENS_TRY(const Json json, base::parse_json(text, where));
  constexpr auto kNames = std::to_array<std::string_view>({"schema", "calibrations"});
  WATTLENS_CHECK(only(json, kNames));
  WATTLENS_TRY(const std::string schema, member<std::string>(json, "schema"));
  if (schema != kSchema) {
    return fail(ErrorKind::usage, fmt::format("its schema is \"{}\", not \"{}\"", schema, kSchema));
  }
  WATTLENS_TRY(const Json list, member<Json>(json, "calibrations"));
  std::vector<KeptCalibration> all;
  for (const Json& one : list) {
    WATTLENS_TRY(KeptCalibration kept, parse_one(one));
    all.push_back(std::move(kept));
  }
  return all;
}

// "6.8" of "Linux 6.8.0-45-generic": later builds of one version read a sensor in one way.
std::string kernel_version(const std::string& kernel) {
  const auto first = kernel.find('.');
  const auto second = first == std::string::npos ? first : kernel.find_first_not_of("0123456789", first + 1);
  return kernel.substr(0, second);
}

std::string what_differs(const SensorIdentity& then, const SensorIdentity& now) {
  if (then.part != now.part) return fmt::format("of another part ({}, here {})", then.part, now.part);
  if (then.method != now.method) return fmt::format("of another reading ({}, here {})", then.method, now.method);
  return fmt::format("of another driver ({}, here {})", then.driver, now.driver);
}

}  // namespace

SensorIdentity identity_of(const record::Channel& channel, const record::MachineState& machine) {
  return {.channel = channel.id,
          .method = channel.method,
          .part = channel.device.empty() ? machine.cpu.model_name : channel.device,
          .driver = channel.driver.empty() ? kernel_version(machine.kernel) : channel.driver};
}

Result<std::vector<KeptCalibration>> parse_kept(std::string_view text, std::string_view where) {
  auto all = parse_all(text, where);
  if (all) return all;
  return fail(ErrorKind::usage, fmt::format("{} cannot be used: {}", where, all.error().message),
              "wattlens meters calibrate --forget removes what is kept");
}

std::string to_text(std::span<const KeptCalibration> kept) {
  Json list = Json::array();
  for (const KeptCalibration& one : kept) {
    Json& json = list.emplace_back();
    json["channel"] = one.sensor.channel;
    json["method"] = one.sensor.method;
    json["part"] = one.sensor.part;
    json["driver"] = one.sensor.driver;
    json["date"] = one.date;
    json["load"] = one.load;
    json["wattlens_version"] = one.wattlens_version;
    json["figures"] = to_json(one.figures);
  }
  Json json;
  json["schema"] = kSchema;
  json["calibrations"] = std::move(list);
  return base::to_pretty_text(json) + "\n";
}

base::Json to_json(const Figures& figures) {
  Json json;
  Figures copy = figures;
  (void)visit_figures(copy, [&]<class T>(std::string_view name, Finding<T>& finding) -> Result<void> {
    Json& one = json[std::string(name)];
    if (!finding.value) {
      one["reason"] = finding.reason;
      return {};
    }
    one["value"] = number(finding.value->value);
    one["low"] = number(finding.value->low);
    one["high"] = number(finding.value->high);
    return {};
  });
  return json;
}

Result<std::vector<KeptCalibration>> read_kept(const base::Path& file) {
  std::error_code error;
  if (!std::filesystem::exists(file, error) && !error) return std::vector<KeptCalibration>();
  WATTLENS_TRY(const std::string text, base::read_text(file));
  return parse_kept(text, file.string());
}

Result<void> write_kept(const base::Path& file, std::span<const KeptCalibration> kept) {
  std::error_code error;
  std::filesystem::create_directories(file.parent_path(), error);
  if (error) {
    return fail(ErrorKind::io,
                fmt::format("cannot make the folder {}: {}", file.parent_path().string(), error.message()));
  }
  return base::write_text(file, to_text(kept));
}

void keep(KeptCalibration calibration, std::vector<KeptCalibration>& kept) {
  std::erase_if(kept, [&](const KeptCalibration& old) { return old.sensor.channel == calibration.sensor.channel; });
  kept.push_back(std::move(calibration));
}

std::optional<record::Warning> apply_kept(std::span<const KeptCalibration> kept, const record::MachineState& machine,
                                          record::Channel& channel) {
  const auto found = std::ranges::find(kept, channel.id, [](const KeptCalibration& one) { return one.sensor.channel; });
  if (found == kept.end() || channel.provenance == record::Provenance::missing) return std::nullopt;
  const SensorIdentity now = identity_of(channel, machine);
  if (found->sensor != now) {
    return record::Warning{"calibration_not_used", channel.id,
                           fmt::format("the calibration of {} on {} is {}: it is not used", channel.id, found->date,
                                       what_differs(found->sensor, now)),
                           fmt::format("wattlens meters calibrate {}", channel.id)};
  }
  const Figures& figures = found->figures;
  if (figures.update_period.value) channel.update_period = figures.update_period.value->value;
  if (figures.averaging_window.value && channel.kind == record::ChannelKind::power) {
    channel.averaging_window = figures.averaging_window.value->value;
  }
  if (figures.lag.value) channel.lag = figures.lag.value->value;
  if (figures.duty.value) {
    channel.duty.reset();
    // Where its interval reaches 1, nothing says that a part of the time is not seen.
    if (figures.duty.value->high < 1.0) {
      channel.duty = figures.duty.value->value;
      channel.averaging_window = figures.averaging_window.value->value;
    }
  }
  channel.figures_from = "calibrated " + found->date;
  return std::nullopt;
}

}  // namespace wattlens::calibration
