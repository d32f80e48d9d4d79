#include "cli/settings_command.h"

#include <fmt/format.h>

#include <cstdio>
#include <utility>

#include "base/json.h"
#include "cli/machine_lock.h"
#include "cli/machine_settings.h"

namespace wattlens::cli {
namespace {

base::Json to_json(const settings::Setting& setting) {
  base::Json json = {{"name", setting.name}, {"places", setting.places.size()}};
  if (const auto value = setting.readable ? settings::read_values(setting) : Result<std::string>(std::string())) {
    if (setting.readable) json["value"] = *value;
  } else {
    json["reason"] = value.error().message;
  }
  json["legal"] = settings::legal_values(setting);
  if (!setting.obstacle.empty()) json["obstacle"] = setting.obstacle;
  return json;
}

std::string table_text(const base::Json& list) {
  std::string text = fmt::format("{:<36} {:<20} {}\n", "setting", "now", "legal here");
  for (const base::Json& setting : list) {
    const std::string now = setting.contains("value")    ? setting["value"].get<std::string>()
                            : setting.contains("reason") ? "not readable"
                                                         : "not told";
    text +=
        fmt::format("{:<36} {:<20} {}\n", setting["name"].get<std::string>(), now, setting["legal"].get<std::string>());
    if (setting.contains("obstacle")) text += fmt::format("  {}\n", setting["obstacle"].get<std::string>());
  }
  text += "\nrun --allow-settings --set NAME=VALUE sets one while measuring, and restores it.\n";
  return text;
}

}  // namespace

Result<ExitCode> settings_list(const SettingsListOptions& options) {
  WATTLENS_TRY(Output output, Output::open(options.output));
  const auto settings = find_settings(options.root, true);
  base::Json list = base::Json::array();
  for (const settings::Setting& setting : settings) list.push_back(to_json(setting));
  if (list.empty()) {
    return fail(ErrorKind::not_found, "this machine lets nothing be set",
                "virtual machines and containers rarely do; a bare machine with cpufreq or RAPL does");
  }
  const bool table = options.output.format == report::Format::table;
  const base::Json json = {{"schema", "wattlens.settings/1"}, {"settings", list}};
  WATTLENS_CHECK(output.write(table ? table_text(list) : base::to_pretty_text(json) + "\n"));
  WATTLENS_CHECK(output.finish());
  return ExitCode::done;
}

Result<ExitCode> settings_restore(const SettingsRestoreOptions& options) {
  WATTLENS_TRY(const auto left, left_settings(options.root));
  if (left.empty()) {
    fmt::print(stderr, "Nothing is to be restored.\n");
    return ExitCode::done;
  }
  WATTLENS_TRY(const auto lock, machine::MeasuringLock::take(measuring_lock_file(), "settings restore"));
  if (restore_left(options.root).complete) return ExitCode::done;
  return fail(ErrorKind::io, "not everything was restored; what is still to be restored stays noted",
              "see the warnings; run it as root (sudo) where a permission is missing");
}

}  // namespace wattlens::cli
