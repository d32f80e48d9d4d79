// `wattlens record`: what wattlens reads of this machine, as a folder to go with a bug report; `--root` replays it.
#pragma once

#include <string>

#include "base/cancel.h"
#include "base/file.h"
#include "base/result.h"
#include "cli/output.h"

namespace wattlens::cli {

struct RecordOptions {
  base::Path folder;             // made; must not be there, or be empty
  base::Path root;               // of the machine; empty: this one
  std::string duration = "10s";  // how long sensors are looked at
  bool dry_run = false;          // --dry-run: tell which files, write nothing
};

Result<void> record_machine(const RecordOptions& options, const base::Cancellation& cancel);

}  // namespace wattlens::cli
