// `wattlens measure -- CMD`: the energy of any command. Its streams, signals and exit status pass through; what
// wattlens has to say goes to standard error, when the command has ended, and to --json FILE.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/cancel.h"
#include "base/file.h"
#include "base/result.h"
#include "cli/exit_code.h"
#include "cli/machine_settings.h"
#include "cli/settings_command.h"
#include "meter/meter_set.h"
#include "record/channel.h"
#include "report/format.h"

namespace wattlens::cli {

struct MeasureOptions {
  std::vector<std::string> command;
  std::optional<base::Path> json;      // --json
  std::int64_t repeat = 1;             // --repeat
  bool interval = false;               // --interval
  bool require_energy = false;         // --require-energy
  std::string max_uncertainty = "5%";  // --max-uncertainty
  std::string idle = "0s";             // --idle
  std::string gpus = "visible";        // --gpus
  bool attribute = false;              // --attribute cpu-time
  base::Path simulate;                 // --simulate: a scenario; empty: this machine's sensors
  std::optional<std::string> carbon;   // --carbon
  std::optional<double> pue;           // --pue
  SettingsOptions settings;            // --set, --allow-settings
  std::vector<int> ignored_signals;    // those that wattlens was told to ignore when it was started
  report::TextOptions text;            // of standard error
};

// The command's own status: 128 + n where a signal ended it, 127 where there is no such program, 126 where it cannot be
// executed, 130 where the user interrupted before it began; 4 where --require-energy asks for an energy and there is
// none. Errors are of kind usage (nothing was run) or io (--json).
Result<ExitCode> measure(const MeasureOptions& options, const base::Cancellation& cancel);

// The same with these sensors; `busy` says who measures already, and then nothing is read. The settings are restored
// when the command has ended.
Result<ExitCode> measure_with(const MeasureOptions& options, meter::MeterSet& meters,
                              const std::optional<std::string>& busy, std::vector<record::Warning> warnings,
                              MachineSettings& machine_settings, base::Clock& clock, const base::Cancellation& cancel);

}  // namespace wattlens::cli
