// The flags that let wattlens change settings of the machine, and those of `wattlens settings`.
#pragma once

#include "base/result.h"
#include "cli/settings_command.h"

namespace CLI {  // NOLINT(readability-identifier-naming): not ours
class App;
}

namespace wattlens::cli {

// --allow-settings, --set, --settings-root: of the commands that measure.
// --vary, for commands that measure plan points.
void add_varied_settings(CLI::App& command, SettingsOptions& options);
void add_setting_flags(CLI::App& command, SettingsOptions& options);

void add_settings(CLI::App& app, SettingsCommands& commands);

}  // namespace wattlens::cli
