// `wattlens export bundle` and `wattlens import bundle`: whole experiments as one file, and back.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/cancel.h"
#include "base/file.h"
#include "base/result.h"
#include "cli/output.h"

namespace wattlens::cli {

struct ExportBundleOptions {
  base::Path store;                                 // --store; empty: the user's
  std::vector<std::string> experiments = {"last"};  // beginnings of ids, or last
  bool all = false;                                 // --all: every experiment that has ended
  std::optional<base::Path> file;                   // -o; standard output where empty
  OutputOptions summary;                            // of what was written, where standard output is free for it
};

struct ImportBundleOptions {
  base::Path store;      // --store; empty: the user's
  base::Path file;       // the bundle
  bool dry_run = false;  // --dry-run: check it and tell what is inside, and leave the store as it is
  OutputOptions output;
};

Result<void> export_bundle(const ExportBundleOptions& options, const base::Cancellation& cancel);
Result<void> import_bundle(const ImportBundleOptions& options, const base::Cancellation& cancel, Output& output);

}  // namespace wattlens::cli
