#include "settings/applied.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "base/text.h"

namespace wattlens::settings {
namespace {

std::optional<Change> change_of(std::span<const Change> changes, std::string_view name) {
  const auto found = std::ranges::find(changes, name, [](const Change& change) { return change.setting.name; });
  return found == changes.end() ? std::nullopt : std::optional(*found);
}

// What a setting's place reads as after it was written; an error where it did not take the value at all.
Result<void> check_taken(const Setting& setting, const JournalEntry& entry, const std::string& now) {
  const bool number = setting.encoding != Encoding::word && setting.encoding != Encoding::one_is_on &&
                      setting.encoding != Encoding::zero_is_on;
  if (now == entry.asked || (number && now != entry.original)) return {};
  return fail(ErrorKind::io,
              fmt::format("{} stays {}, though {} was written to {}", setting.name, shown_value(setting, now),
                          shown_value(setting, entry.asked), entry.place),
              "firmware, a driver or another program holds it; nothing is left changed");
}

}  // namespace

Result<std::vector<Change>> check_changes(std::span<const std::string> wishes, std::span<const Setting> settings) {
  std::vector<Change> changes;
  for (const std::string& wish : wishes) {
    const std::size_t equals = wish.find('=');
    if (equals == std::string::npos || equals == 0) {
      return fail(ErrorKind::usage, fmt::format("--set {} is not NAME=VALUE", wish),
                  "for example cpu.governor=performance");
    }
    const std::string name = wish.substr(0, equals);
    WATTLENS_TRY(const Setting* setting, find_setting(settings, name));
    if (change_of(changes, name)) {
      return fail(ErrorKind::usage, fmt::format("{} is set twice", name), "give each setting one value");
    }
    std::string asked(base::trim(std::string_view(wish).substr(equals + 1)));
    WATTLENS_TRY(std::string value, device_value(*setting, asked));
    if (!setting->obstacle.empty()) {
      return fail(ErrorKind::usage, fmt::format("{} has no effect: {}", name, setting->obstacle),
                  "switch it on first, or leave the setting out");
    }
    changes.push_back({*setting, std::move(asked), std::move(value)});
  }
  return changes;
}

Result<Applied> Applied::apply(std::vector<Change> changes, const base::Path& file, Journal about) {
  WATTLENS_TRY(const auto left, read_journal(file));
  if (left) {
    return fail(ErrorKind::usage, fmt::format("settings are still to be restored ({})", file.string()),
                "wattlens settings restore");
  }
  Applied applied(std::move(changes), file, std::move(about));
  WATTLENS_CHECK(applied.save());
  applied.holds_ = true;
  auto done = applied.write();
  if (done) done = write_journal(applied.file_, applied.journal_);
  if (done) return applied;
  Error error = std::move(done).error();
  if (!applied.restore().complete) {
    error.message += "; and what was changed before is not restored yet";
    error.hint = "wattlens settings restore";
  }
  return std::unexpected(std::move(error));
}

Applied::Applied(Applied&& other) noexcept
    : changes_(std::move(other.changes_)),
      file_(std::move(other.file_)),
      journal_(std::move(other.journal_)),
      holds_(std::exchange(other.holds_, false)) {}

Applied::~Applied() { restore(); }

Result<void> Applied::save() {
  journal_.entries.clear();
  const auto known = [&](const Place& place) {
    return std::ranges::find(journal_.entries, place.id, &JournalEntry::place) != journal_.entries.end();
  };
  for (const Change& change : changes_) {
    for (const Place& place : change.setting.places) {
      JournalEntry entry{change.setting.name, place.id, change.setting.unset, change.value, std::nullopt};
      if (change.setting.readable) {
        WATTLENS_TRY(entry.original, place.control->read());
      }
      journal_.entries.push_back(std::move(entry));
    }
  }
  for (const Change& change : changes_) {
    for (const Place& place : change.setting.followers) {
      if (known(place)) continue;
      JournalEntry entry{change.setting.name, place.id, "", "", std::nullopt};
      WATTLENS_TRY(entry.original, place.control->read());
      journal_.entries.push_back(std::move(entry));
    }
  }
  return write_journal(file_, journal_);
}

// Twice: a value may be refused until another one is set (a lowest frequency above the highest).
Result<void> Applied::write() {
  std::vector<std::optional<Error>> problems(journal_.entries.size(), Error{});
  for (int pass = 0; pass < 2; ++pass) {
    std::size_t i = 0;
    for (const Change& change : changes_) {
      for (const Place& place : change.setting.places) {
        const JournalEntry& entry = journal_.entries[i];
        std::optional<Error>& problem = problems[i++];
        if (!problem || entry.asked == entry.original) {
          problem.reset();
          continue;
        }
        const auto written = place.control->write(entry.asked);
        problem = written ? std::nullopt : std::optional(written.error());
      }
    }
    i = 0;
    for (const Change& change : changes_) {
      for (const Place& place : change.setting.places) {
        JournalEntry& entry = journal_.entries[i];
        std::optional<Error>& problem = problems[i++];
        if (problem || !change.setting.readable) continue;
        WATTLENS_TRY(entry.left, place.control->read());
        if (const auto taken = check_taken(change.setting, entry, *entry.left); !taken) problem = taken.error();
      }
    }
  }
  for (std::size_t i = 0; i < problems.size(); ++i) {
    if (problems[i] && !journal_.entries[i].asked.empty()) return std::unexpected(*std::move(problems[i]));
  }
  for (const Change& change : changes_) {
    for (const Place& place : change.setting.followers) {
      const auto entry = std::ranges::find(journal_.entries, place.id, &JournalEntry::place);
      WATTLENS_TRY(entry->left, place.control->read());
    }
  }
  return {};
}

std::vector<Setting> Applied::settings() const {
  std::vector<Setting> settings;
  for (const Change& change : changes_) settings.push_back(change.setting);
  return settings;
}

Restoration Applied::restore() {
  if (!std::exchange(holds_, false)) return {};
  // A machine that restarts takes this process with it: the boot is the same.
  return settings::restore(file_, journal_, settings(), journal_.boot_id);
}

std::string Applied::values_of(const Change& change, bool before) const {
  std::vector<std::string> values;
  for (const JournalEntry& entry : journal_.entries) {
    if (entry.setting != change.setting.name || entry.asked.empty() || !change.setting.readable) continue;
    std::string shown = shown_value(change.setting, before ? entry.original : entry.left.value_or(""));
    if (std::ranges::find(values, shown) == values.end()) values.push_back(std::move(shown));
  }
  return base::join(values, ", ");
}

std::vector<record::ChangedSetting> Applied::recorded(std::string_view files) const {
  std::vector<record::ChangedSetting> recorded;
  for (const Change& change : changes_) {
    const bool board = change.setting.places.front().id.starts_with("nvml/");
    recorded.push_back({.name = change.setting.name,
                        .asked = change.asked,
                        .set = values_of(change, false),
                        .before = values_of(change, true),
                        .method = board ? "nvml" : std::string(files)});
  }
  return recorded;
}

std::vector<record::Warning> Applied::warnings() const {
  std::vector<record::Warning> warnings;
  for (const Change& change : changes_) {
    const std::string& name = change.setting.name;
    if (!change.setting.readable) {
      warnings.push_back({"setting_not_read_back", name,
                          fmt::format("{} cannot be read back: that the device keeps {} is not checked", name,
                                      shown_value(change.setting, change.value)),
                          "at the end it is taken away, whatever was set before"});
      continue;
    }
    const std::string set = values_of(change, false);
    if (set == shown_value(change.setting, change.value)) continue;
    warnings.push_back({"setting_rounded", name,
                        fmt::format("{} is {}, not {}: the machine rounds or limits it", name, set, change.asked), ""});
  }
  return warnings;
}

}  // namespace wattlens::settings
