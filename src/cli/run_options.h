// What the user asked `wattlens run` for, as written on the command line.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/file.h"
#include "cli/image_input.h"
#include "cli/output.h"
#include "cli/plot_output.h"
#include "cli/settings_command.h"

namespace wattlens::cli {

// A flag that was not given leaves what the plan file, or else the default, says.
struct RunOptions {
  std::optional<base::Path> plan_file;
  std::optional<std::string> title;
  std::optional<std::string> models;
  std::optional<std::string> engines;
  std::optional<std::string> devices;
  std::optional<std::string> precisions;
  std::optional<std::string> hints;
  std::optional<std::string> batches;
  std::optional<std::string> image_sizes;
  std::optional<std::string> threads;
  std::optional<std::string> budget;
  std::optional<std::string> window;
  std::optional<std::string> warm_up_limit;
  std::optional<std::string> target;
  std::optional<std::int64_t> repetitions;
  std::optional<std::int64_t> rate_hz;
  std::optional<std::uint64_t> seed;
  std::string program = "wattlens";   // as the user called it, for advice
  std::optional<std::string> resume;  // the beginning of an experiment's id; empty text: the last interrupted one
  bool retry_failed = false;          // of an experiment that is resumed
  bool force = false;                 // resume on another machine
  bool wait = false;                  // for another measurement on this machine
  bool share_machine = false;         // or go on beside it
  bool quick = false;
  bool dry_run = false;
  bool check_only = false;
  base::Path simulate;     // a scenario; empty: this machine's sensors
  base::Path store;        // empty: the user's
  base::Path model_cache;  // a folder; empty: no cache
  bool system_allocator = false;
  ImageOptions images;
  SettingsOptions settings;
  OutputOptions output;
  PlotOptions plot;
};

}  // namespace wattlens::cli
