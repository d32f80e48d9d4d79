// `wattlens show`: one experiment with its machine, plan, idle power, points and warnings.
#pragma once

#include <functional>
#include <span>
#include <string>

#include "base/file.h"
#include "base/result.h"
#include "cli/output.h"
#include "cli/plot_output.h"
#include "record/experiment.h"

namespace wattlens::cli {

// experiment::summarise, or a stand-in for it.
using Summarise = std::function<record::ExperimentSummary(const record::Experiment&, std::span<const record::Run>)>;

struct ShowOptions {
  base::Path store;                 // --store; empty: the user's
  std::string experiment = "last";  // the beginning of an id, or `last`
  OutputOptions output;
  PlotOptions plot;
};

Result<void> show(const ShowOptions& options, const Summarise& summarise, Output& output);

}  // namespace wattlens::cli
