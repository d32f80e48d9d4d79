// `wattlens study timeline`: energy per image of a decade of networks, against year and accuracy.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/cancel.h"
#include "base/result.h"
#include "cli/exit_code.h"
#include "cli/run_options.h"

namespace wattlens::cli {

struct TimelineOptions {
  RunOptions run;  // engine, precision, batches, effort, store, output; its models are set from `models`
  std::vector<std::string> models;  // beside the paper's: "resnet50", "mine.onnx=2024:81.2"
  std::optional<std::string> from;  // a stored experiment, by the beginning of its id: measure nothing
};

Result<ExitCode> study_timeline(const TimelineOptions& options, const base::Cancellation& cancel);

}  // namespace wattlens::cli
