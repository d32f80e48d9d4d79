// Measures the rungs of a search, each as a stored experiment, or takes those that an interrupted search has stored.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>

#include "base/cancel.h"
#include "cli/bench.h"
#include "cli/optimise_options.h"
#include "cli/optimise_plan.h"
#include "experiment/comparison.h"
#include "experiment/continuation.h"
#include "optimisation/search.h"
#include "workload/agreement.h"

namespace wattlens::cli {

// Not thread-safe. Everything given outlives it.
class RungMeasurer {
 public:
  RungMeasurer(const OptimiseOptions& options, const SearchPlan& search, Bench& bench, const base::Cancellation& cancel)
      : options_(options), search_(search), bench_(bench), cancel_(cancel), begin_(bench.clock.now()) {}

  // Names the search; with --resume the name of the last one, which must be there (not_found).
  Result<void> name_search();

  Result<experiment::Recorded> measure(const optimisation::RungRequest& request, std::size_t rungs);
  // The default first; ends at a planned look, or after `most_blocks`.
  Result<experiment::Recorded> compare(std::span<const record::PlanPoint> points,
                                       const optimisation::RungEffort& effort, std::int64_t most_blocks);
  // On the labelled images of the user; without them against the outputs of the model in f32 for so many seeded ones.
  Result<optimisation::Answers> answers(const record::PlanPoint& point, std::int64_t images);

 private:
  using Decided = std::function<bool(const record::Experiment&, std::span<const record::Run>)>;

  experiment::Plan plan_of_rung(std::span<const record::PlanPoint> points, const optimisation::RungEffort& effort,
                                std::string_view part, double share_of_budget) const;
  Result<experiment::Recorded> perform(const experiment::Plan& plan, std::string_view part, const Decided& decided);
  Result<std::optional<experiment::Continuation>> stored(const experiment::Plan& plan) const;
  Result<record::Agreement> agreement(const record::PlanPoint& point, std::int64_t images);
  Result<record::Accuracy> accuracy(const record::PlanPoint& point) const;
  Result<workload::Outputs> outputs(const record::PlanPoint& point, std::int64_t images) const;

  const OptimiseOptions& options_;
  const SearchPlan& search_;
  Bench& bench_;
  const base::Cancellation& cancel_;
  base::MonoTime begin_;
  std::string name_;                                      // of the search: the beginning of every title
  std::map<std::int64_t, workload::Outputs> references_;  // by number of images
};

// "optimise mobilenet_v2", or the title that the user gave.
std::string search_title(const OptimiseOptions& options);

}  // namespace wattlens::cli
