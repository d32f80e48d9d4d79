// `wattlens settings`: what of this machine can be set, and restoring what a crash left.
#pragma once

#include <string>
#include <vector>

#include "base/cancel.h"
#include "base/file.h"
#include "base/result.h"
#include "cli/exit_code.h"
#include "cli/output.h"

namespace wattlens::cli {

// What a command that measures may change.
struct SettingsOptions {
  bool allowed = false;             // --allow-settings
  std::vector<std::string> wishes;  // --set, "cpu.governor=performance"
  std::vector<std::string> varied;  // --vary, "cpu.governor=performance,powersave": an axis
  base::Path root;                  // --settings-root; empty: this machine
};

struct SettingsListOptions {
  base::Path root;
  OutputOptions output;  // table or json
};

struct SettingsRestoreOptions {
  base::Path root;
};

struct SettingsCommands {
  SettingsListOptions list;
  SettingsRestoreOptions restore;
};

// Fails with not_found where nothing can be set.
Result<ExitCode> settings_list(const SettingsListOptions& options);

// Done also where there was nothing to restore. Fails with not_measurable while somebody measures, with io where
// something could not be restored.
Result<ExitCode> settings_restore(const SettingsRestoreOptions& options);

}  // namespace wattlens::cli
