// What was changed of the machine and is not restored yet, in a file that survives a crash.
//
// The file is on the disk before the first change and is removed after the last restoration. Its folder belongs to root
// or to this user: what it says is written into the machine. Not thread-safe; who writes it holds the machine's lock.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/result.h"

namespace wattlens::settings {

// Values are those of the device.
struct JournalEntry {
  std::string setting;  // "cpu.governor"
  std::string place;    // Place::id
  std::string original;
  std::string asked;                // empty: it only follows another setting
  std::optional<std::string> left;  // as read after the change; empty: a change, or a restoration, was under way
};

struct Journal {
  std::string boot_id;     // of the kernel's start: a restart undoes all settings
  std::int64_t pid = 0;    // who changed them
  std::string what;        // what was measured
  std::string changed_at;  // wall clock, a label
  std::vector<JournalEntry> entries;
};

// Empty where there is no file. Fails with usage where it is not ours to trust, is of a newer version, or is damaged.
Result<std::optional<Journal>> read_journal(const base::Path& file);

// Replaces the file as a whole, and returns when it is on the disk; makes its folder where it is missing.
Result<void> write_journal(const base::Path& file, const Journal& journal);
Result<void> remove_journal(const base::Path& file);

// /proc/sys/kernel/random/boot_id below `root`; empty where there is none.
std::string boot_id(const base::Path& root);

}  // namespace wattlens::settings
