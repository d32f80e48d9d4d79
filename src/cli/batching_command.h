// `wattlens study batching`: requests, policies and what they cost, measured here and analysed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/cancel.h"
#include "base/file.h"
#include "base/result.h"
#include "cli/exit_code.h"
#include "cli/run_options.h"

namespace wattlens::cli {

struct BatchingOptions {
  RunOptions run;                       // models, engine, precision, effort, store, output
  std::optional<std::string> arrivals;  // kinds or whole processes: "jittered", "poisson:16,trace:FILE"
  std::optional<std::string> rates;     // requests per second, for the kinds that have none yet
  std::optional<std::string> policies;
  std::optional<std::int64_t> requests;
  std::optional<std::string> slo;   // limits: search for the cheapest policy instead
  base::Path export_folder;         // of model servers' configurations for what --slo found; empty: none
  std::optional<std::string> from;  // a stored study, by the beginning of its id: measure nothing
};

Result<ExitCode> study_batching(const BatchingOptions& options, const base::Cancellation& cancel);

}  // namespace wattlens::cli
