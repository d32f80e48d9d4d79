// The command line as a whole: which command, with which options. How flags are called is known only in *_flags.cpp and
// here.
#pragma once

#include <optional>
#include <string>
#include <variant>

#include "base/cancel.h"
#include "base/result.h"
#include "cli/audit_command.h"
#include "cli/batching_command.h"
#include "cli/bundle_command.h"
#include "cli/calibrate_command.h"
#include "cli/compare_options.h"
#include "cli/doctor_command.h"
#include "cli/exit_code.h"
#include "cli/export_command.h"
#include "cli/list_command.h"
#include "cli/measure_command.h"
#include "cli/meters_command.h"
#include "cli/network_command.h"
#include "cli/optimise_options.h"
#include "cli/record_command.h"
#include "cli/run_options.h"
#include "cli/settings_command.h"
#include "cli/show_command.h"
#include "cli/timeline_command.h"
#include "cli/wall_command.h"

namespace wattlens::cli {

using Command = std::variant<DoctorOptions, MeasureOptions, RunOptions, CompareOptions, ListOptions, ShowOptions,
                             ExportOptions, ExportBundleOptions, ImportBundleOptions, RecordOptions, NetworkListOptions,
                             NetworkShowOptions, NetworkExportOptions, MetersListOptions, MetersWatchOptions,
                             CalibrateOptions, AuditOptions, SettingsListOptions, SettingsRestoreOptions, WallOptions,
                             BatchingOptions, TimelineOptions, OptimiseOptions>;

struct Parsed {
  std::optional<Command> command;
  std::string text;  // where there is no command: help, version, a script or a manual page, for stdout
};

// Errors are of kind usage, with the nearest names for what is not known.
Result<Parsed> parse_command_line(int argc, const char* const* argv);

Result<ExitCode> execute(const Command& command, const base::Cancellation& cancel);

}  // namespace wattlens::cli
