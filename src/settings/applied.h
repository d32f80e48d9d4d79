// Settings that hold while something is measured, and no longer.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/file.h"
#include "base/result.h"
#include "record/channel.h"
#include "record/machine_state.h"
#include "settings/journal.h"
#include "settings/restore.h"
#include "settings/setting.h"

namespace wattlens::settings {

// One wish, checked: the setting is there and may have that value.
struct Change {
  Setting setting;
  std::string asked;  // as the user wrote it
  std::string value;  // as the device writes it
};

// "cpu.governor=performance" and its like against what the machine has. Nothing is changed. Fails with usage where one
// is unknown, out of range, without effect at present, or asked for twice.
Result<std::vector<Change>> check_changes(std::span<const std::string> wishes, std::span<const Setting> settings);

// Owns the change: restores at the latest when it is destroyed. Not thread-safe.
class Applied {
 public:
  // Saves what is there into the journal `file`, then changes it and reads back what was really set. `about` names who
  // does so (its entries are filled in here). Where a place refuses, everything is restored, and the error says which.
  // Fails with usage where the journal exists: something is to be restored first.
  static Result<Applied> apply(std::vector<Change> changes, const base::Path& file, Journal about);
  Applied(Applied&& other) noexcept;
  Applied& operator=(Applied&&) = delete;
  ~Applied();

  // For the state of the machine. `files` is the method of settings that are files: "sysfs" or "simulated".
  std::vector<record::ChangedSetting> recorded(std::string_view files) const;
  // Values that the device rounded, or cannot be asked for.
  std::vector<record::Warning> warnings() const;

  Restoration restore();  // the first call restores; later ones do nothing

 private:
  Applied(std::vector<Change> changes, base::Path file, Journal journal)
      : changes_(std::move(changes)), file_(std::move(file)), journal_(std::move(journal)) {}
  Result<void> save();
  Result<void> write();
  std::string values_of(const Change& change, bool before) const;
  std::vector<Setting> settings() const;

  std::vector<Change> changes_;
  base::Path file_;
  Journal journal_;
  bool holds_ = false;  // something is to be restored
};

}  // namespace wattlens::settings
