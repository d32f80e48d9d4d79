// Gives a machine its settings back, after a measurement or after a crash.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/result.h"
#include "record/channel.h"
#include "settings/journal.h"
#include "settings/setting.h"

namespace wattlens::settings {

struct Restoration {
  std::vector<std::string> restored;      // "cpu.governor: powersave"; only what had to be written
  std::vector<record::Warning> warnings;  // changed by somebody else since, gone, refused
  bool complete = true;                   // false: the journal is kept for what is still to be restored
};

// Writes the original values of the journal in `file`, last change first, and reads them again. A value that is neither
// the original nor what wattlens left was set by somebody else: it stays, is named, and leaves the journal. After a
// restart of the machine (another `boot_now`) nothing is written. Interrupted anywhere, it can be called again.
Restoration restore(const base::Path& file, Journal journal, std::span<const Setting> settings,
                    std::string_view boot_now);

}  // namespace wattlens::settings
