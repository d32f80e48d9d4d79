// From the flags of `wattlens optimise` to the space that is searched, and what a dry run shows of it.
#pragma once

#include <string>
#include <vector>

#include "base/cancel.h"
#include "base/clock.h"
#include "cli/optimise_options.h"
#include "experiment/plan.h"
#include "optimisation/search.h"
#include "optimisation/space.h"
#include "record/machine_state.h"
#include "report/format.h"
#include "worker/engine_location.h"

namespace wattlens::cli {

struct SearchPlan {
  std::vector<worker::EngineLocation> engines;
  experiment::Plan plan;  // all axes, and the effort as far as flags say it
  optimisation::Space space;
  std::vector<record::Limit> limits;
};

// Asks the workers of the engines what they run natively. Fails with usage for what cannot be read, and where no
// candidate can run here.
Result<SearchPlan> plan_search(const OptimiseOptions& options, const record::MachineState& machine,
                               const base::Clock& clock, const base::Cancellation& cancel);

// json is schema "wattlens.dry_run/1"; every other format is text for people.
std::string dry_run_text(const SearchPlan& search, const optimisation::SearchRules& rules,
                         const record::MachineState& machine, report::Format format);

}  // namespace wattlens::cli
