// `wattlens run`: measures every point of a plan.
#pragma once

#include <functional>
#include <string>

#include "base/cancel.h"
#include "base/result.h"
#include "cli/exit_code.h"
#include "cli/run_options.h"
#include "experiment/plan.h"
#include "record/experiment.h"
#include "report/experiment_report.h"

namespace wattlens::cli {

// What a study makes of it: the plan that it completes, and what it shows of the results.
struct RunHooks {
  std::function<Result<experiment::Plan>(experiment::Plan)> complete{};  // may be empty
  std::function<std::string(const record::ExperimentSummary&, report::Format, const report::TextOptions&)> results =
      report::experiment_results;
};

// The results go to the output that the options name, progress and what to do next to stderr. Fails where nothing was
// begun; otherwise the exit code says whether all went well.
Result<ExitCode> run(const RunOptions& options, const base::Cancellation& cancel, const RunHooks& hooks = {});

}  // namespace wattlens::cli
