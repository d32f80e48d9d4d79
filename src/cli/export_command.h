// `wattlens export`: the data of one experiment for other programs, down to the raw samples.
#pragma once

#include <string>

#include "base/file.h"
#include "base/result.h"
#include "cli/output.h"
#include "cli/show_command.h"

namespace wattlens::cli {

enum class ExportPart {
  points,   // what all repetitions of a point say together
  runs,     // every repetition as it was stored
  samples,  // every reading of every channel
};

struct ExportOptions {
  base::Path store;  // --store; empty: the user's
  std::string experiment = "last";
  ExportPart part = ExportPart::points;  // --part points|runs|samples
  OutputOptions output;                  // csv where the user names no format; no table
};

Result<void> export_experiment(const ExportOptions& options, const Summarise& summarise, Output& output);

}  // namespace wattlens::cli
