#include "cli/machine_settings.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "base/text.h"
#include "cli/machine_lock.h"
#include "cli/warnings.h"
#include "experiment/axis.h"
#include "meter/meter.h"
#include "settings/nvml_settings.h"
#include "settings/sysfs_settings.h"

namespace wattlens::cli {
namespace {

constexpr std::string_view kJournal = "settings.json";
constexpr std::string_view kSystemFolder = "var/lib/wattlens";

base::Path root_of(const base::Path& root) { return root.empty() ? base::Path("/") : root; }

base::Path user_state_folder() {
  if (const char* folder = std::getenv("XDG_STATE_HOME"); folder != nullptr && folder[0] == '/') {
    return base::Path(folder) / "wattlens";
  }
  const char* home = std::getenv("HOME");
  return base::Path(home != nullptr ? home : "/") / ".local/state/wattlens";
}

// Where a journal may be; the first one is where this user writes one.
std::vector<base::Path> journal_files(const base::Path& root) {
  if (!root.empty()) return {root / kSystemFolder / kJournal};
  if (const char* folder = std::getenv("WATTLENS_STATE"); folder != nullptr && *folder != '\0') {
    return {base::Path(folder) / kJournal};
  }
  std::vector<base::Path> files{base::Path("/") / kSystemFolder / kJournal, user_state_folder() / kJournal};
  if (::geteuid() != 0) std::ranges::reverse(files);
  return files;
}

bool names_boards(std::span<const std::string> wishes) {
  return std::ranges::any_of(wishes, [](const std::string& wish) { return wish.starts_with("gpu."); });
}

}  // namespace

std::vector<settings::Setting> find_settings(const base::Path& root, bool boards) {
  std::vector<settings::Setting> settings = settings::sysfs_settings(root_of(root));
  if (!boards || !root.empty()) return settings;
  auto library = meter::NvmlLibrary::load(meter::MeterOptions().nvml_library);
  if (!library) return settings;
  for (settings::Setting& setting : settings::nvml_settings(std::move(*library)))
    settings.push_back(std::move(setting));
  return settings;
}

Result<std::vector<LeftSettings>> left_settings(const base::Path& root) {
  std::vector<LeftSettings> left;
  const std::string boot = settings::boot_id(root_of(root));
  for (const base::Path& file : journal_files(root)) {
    WATTLENS_TRY(auto journal, settings::read_journal(file));
    if (!journal || journal->boot_id != boot) continue;
    const auto pid = static_cast<pid_t>(journal->pid);
    const bool lives = pid > 0 && pid != ::getpid() && (::kill(pid, 0) == 0 || errno == EPERM);
    const bool in_use = lives && machine::MeasuringLock::holder(measuring_lock_file()) == journal->pid;
    left.push_back({file, std::move(*journal), in_use});
  }
  return left;
}

RestoredLeft restore_left(const base::Path& root) {
  RestoredLeft result;
  auto left = left_settings(root);
  if (!left) {
    result.complete = false;
    result.warnings.push_back({"settings_left", "", left.error().message, left.error().hint});
  }
  for (LeftSettings& one : left.value_or(std::vector<LeftSettings>())) {
    const bool boards = std::ranges::any_of(
        one.journal.entries, [](const settings::JournalEntry& entry) { return entry.place.starts_with("nvml/"); });
    const auto settings = find_settings(root, boards);
    const std::string when = one.journal.changed_at;
    settings::Restoration restored =
        settings::restore(one.file, std::move(one.journal), settings, settings::boot_id(root_of(root)));
    if (!restored.restored.empty()) {
      fmt::print(stderr, "Restored, which a measurement that did not end left changed ({}): {}\n", when,
                 base::join(restored.restored, ", "));
    }
    result.complete = result.complete && restored.complete;
    std::ranges::move(restored.warnings, std::back_inserter(result.warnings));
  }
  say_warnings(result.warnings);
  return result;
}

Result<void> check_wishes(const SettingsOptions& options) {
  if (options.wishes.empty()) return {};
  if (!options.allowed) {
    return fail(ErrorKind::usage,
                fmt::format("setting {} would change this machine, which is not allowed", options.wishes.front()),
                "add --allow-settings: every value is restored at the end");
  }
  const auto changes =
      settings::check_changes(options.wishes, find_settings(options.root, names_boards(options.wishes)));
  if (!changes) return std::unexpected(changes.error());
  return {};
}

Result<void> check_varied(const SettingsOptions& options, std::span<const std::string> varied) {
  for (const std::string& settings : varied) {
    if (settings.empty()) continue;
    SettingsOptions together = options;
    for (std::string& wish : experiment::split_settings(settings)) together.wishes.push_back(std::move(wish));
    WATTLENS_CHECK(check_wishes(together));
  }
  return {};
}

Result<MachineSettings> MachineSettings::begin(const SettingsOptions& options, bool locked, std::string_view what,
                                               const base::Clock& clock) {
  WATTLENS_CHECK(check_wishes(options));
  MachineSettings begun;
  begun.simulated_ = !options.root.empty();
  RestoredLeft left;
  if (locked) left = restore_left(options.root);
  if (!left.complete) {
    begun.warnings_.push_back({"settings_left", "", "settings that an earlier measurement changed are not restored",
                               "sudo wattlens settings restore"});
  }
  begun.options_ = options;
  begun.about_ = {.boot_id = settings::boot_id(root_of(options.root)),
                  .pid = ::getpid(),
                  .what = std::string(what),
                  .changed_at = clock.wall_time(),
                  .entries = {}};
  begun.may_change_ = locked && left.complete;
  if (options.wishes.empty() && options.varied.empty()) return begun;
  if (!locked) {
    return fail(ErrorKind::not_measurable, "settings are changed only by a measurement that has the machine for itself",
                "wait until the other one has ended, or leave --set and --vary out");
  }
  if (!left.complete) {
    return fail(ErrorKind::io, "settings that an earlier measurement changed are still to be restored",
                "sudo wattlens settings restore");
  }
  if (options.wishes.empty()) return begun;
  WATTLENS_CHECK(begun.apply(options.wishes));
  for (record::Warning& warning : begun.applied_->warnings()) begun.warnings_.push_back(std::move(warning));
  const auto recorded = begun.applied_->recorded("");
  for (const record::ChangedSetting& setting : recorded) {
    fmt::print(stderr, "Set for now: {} = {}{}\n", setting.name, setting.set.empty() ? setting.asked : setting.set,
               setting.before.empty() ? "" : fmt::format(" (was {})", setting.before));
  }
  return begun;
}

Result<void> MachineSettings::apply(std::span<const std::string> wishes) {
  WATTLENS_TRY(auto changes, settings::check_changes(wishes, find_settings(options_.root, names_boards(wishes))));
  WATTLENS_TRY(settings::Applied applied,
               settings::Applied::apply(std::move(changes), journal_files(options_.root).front(), about_));
  applied_.emplace(std::move(applied));
  return {};
}

Result<std::vector<record::Warning>> MachineSettings::change_to(const std::string& point_settings) {
  const auto warnings = [&] {
    return applied_ && !point_settings.empty() ? applied_->warnings() : std::vector<record::Warning>();
  };
  if (point_settings == point_settings_) return warnings();
  if (!options_.allowed || !may_change_) {
    return fail(ErrorKind::not_measurable, fmt::format("the settings {} may not be changed here", point_settings),
                "give --allow-settings, and have the machine for yourself");
  }
  std::vector<std::string> wishes = options_.wishes;
  for (std::string& wish : experiment::split_settings(point_settings)) wishes.push_back(std::move(wish));
  end();
  point_settings_.reset();
  if (!wishes.empty()) WATTLENS_CHECK(apply(wishes));
  point_settings_ = point_settings;
  return warnings();
}

MachineSettings& MachineSettings::operator=(MachineSettings&& other) noexcept {
  end();
  applied_.reset();
  if (other.applied_) applied_.emplace(std::move(*other.applied_));
  other.applied_.reset();
  options_ = std::move(other.options_);
  about_ = std::move(other.about_);
  may_change_ = other.may_change_;
  point_settings_ = std::move(other.point_settings_);
  warnings_ = std::move(other.warnings_);
  simulated_ = other.simulated_;
  return *this;
}

std::optional<std::vector<record::ChangedSetting>> MachineSettings::recorded() const {
  if (!applied_) return std::nullopt;
  return applied_->recorded(simulated_ ? "simulated" : "sysfs");
}

std::vector<record::Warning> MachineSettings::end() {
  if (!applied_) return {};
  settings::Restoration restored = applied_->restore();
  applied_.reset();
  say_warnings(restored.warnings);
  return std::move(restored.warnings);
}

Result<void> MachineSettings::end(record::Experiment& experiment, record::RunSink& sink) {
  std::vector<record::Warning> warnings = end();
  if (warnings.empty()) return {};
  std::ranges::move(warnings, std::back_inserter(experiment.warnings));
  return sink.end(experiment);
}

}  // namespace wattlens::cli
