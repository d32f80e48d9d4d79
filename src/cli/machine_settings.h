// The settings of the machine around a measurement: restores what a crash left, changes what --set asks for, and gives
// it back at the end, whichever way the command ends. What was done is said on standard error.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/file.h"
#include "base/result.h"
#include "cli/settings_command.h"
#include "record/channel.h"
#include "record/experiment.h"
#include "record/machine_state.h"
#include "record/run_sink.h"
#include "settings/applied.h"

namespace wattlens::cli {

// A journal of changed settings, and who left it.
struct LeftSettings {
  base::Path file;
  settings::Journal journal;
  bool in_use = false;  // its process measures now
};

// What can be set: of this machine where `root` is empty. NVIDIA's library is loaded only with `boards`.
std::vector<settings::Setting> find_settings(const base::Path& root, bool boards);

// In WATTLENS_STATE, else in /var/lib/wattlens (root's) or in the user's state folder; below `root` where one is given.
// Journals of an earlier start of the machine are left out.
Result<std::vector<LeftSettings>> left_settings(const base::Path& root);

// Restores them and says so; warnings name what could not be restored. Needs the machine's lock.
struct RestoredLeft {
  std::vector<record::Warning> warnings;
  bool complete = true;
};
RestoredLeft restore_left(const base::Path& root);

// --set and --vary need --allow-settings and must name what is there. Changes nothing.
Result<void> check_wishes(const SettingsOptions& options);
// The same of the settings of plan points (experiment::Axes::settings), of a stored plan also.
Result<void> check_varied(const SettingsOptions& options, std::span<const std::string> varied);

class MachineSettings {
 public:
  MachineSettings() = default;  // changes nothing
  // `locked`: this process holds the machine's lock; without it nothing is restored, and a wish is an error. `what`
  // tells others what is measured.
  static Result<MachineSettings> begin(const SettingsOptions& options, bool locked, std::string_view what,
                                       const base::Clock& clock);
  MachineSettings(MachineSettings&&) = default;
  MachineSettings& operator=(MachineSettings&& other) noexcept;
  ~MachineSettings() { end(); }

  // Makes the settings those of the beginning and, beside them, those of one plan point (PlanPoint::settings; "": no
  // more). Says nothing, and gives the warnings of what holds for the point alone. Where one cannot be set, none holds,
  // and the error tells which.
  Result<std::vector<record::Warning>> change_to(const std::string& point_settings);

  // For the state of the machine, and for every run: rounded, not to be read back, left by a crash.
  std::optional<std::vector<record::ChangedSetting>> recorded() const;
  const std::vector<record::Warning>& warnings() const { return warnings_; }

  // Restores, once. The warnings say what somebody else changed meanwhile and what could not be restored.
  std::vector<record::Warning> end();
  // The same, and stores the warnings with the experiment.
  Result<void> end(record::Experiment& experiment, record::RunSink& sink);

 private:
  Result<void> apply(std::span<const std::string> wishes);

  SettingsOptions options_;
  settings::Journal about_;
  bool may_change_ = false;
  std::optional<std::string> point_settings_ = "";  // empty: none hold, because the last ones could not be set
  std::optional<settings::Applied> applied_;
  std::vector<record::Warning> warnings_;
  bool simulated_ = false;
};

}  // namespace wattlens::cli
