#include "cli/optimise_rungs.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <utility>

#include "cli/resume.h"
#include "cli/workload_factory.h"

namespace wattlens::cli {
namespace {

using base::Seconds;
using experiment::Plan;
using experiment::Recorded;
using record::PlanPoint;

// Of what is left of a budget: the first rung, further ones, the last.
constexpr double kFirstShare = 0.3;
constexpr double kMiddleShare = 0.4;
constexpr double kLastShare = 0.5;
constexpr std::string_view kAgainstDefault = "against the default";

double share_of(const optimisation::RungRequest& request) {
  if (request.last) return kLastShare;
  return request.rung == 0 ? kFirstShare : kMiddleShare;
}

std::string part_of(const optimisation::RungRequest& request, std::size_t rungs) {
  std::string part = fmt::format("rung {} of {}", request.rung + 1, rungs);
  if (request.wave > 0) part += fmt::format(", part {}", request.wave + 1);
  return part;
}

}  // namespace

std::string search_title(const OptimiseOptions& options) {
  return options.run.title.value_or(fmt::format("optimise {}", options.run.models.value_or("")));
}

Result<void> RungMeasurer::name_search() {
  const std::string title = search_title(options_);
  if (!options_.resume) {
    name_ = fmt::format("{}, {}", title, bench_.clock.wall_time());
    return {};
  }
  WATTLENS_TRY(const auto listings, bench_.store->list_experiments({}));
  for (const store::ExperimentListing& listing : listings) {
    const auto end = listing.title.rfind(": ");
    if (!listing.title.starts_with(title + ", ") || end == std::string::npos) continue;
    name_ = listing.title.substr(0, end);
    fmt::print(stderr, "Going on with {}\n", name_);
    return {};
  }
  return fail(ErrorKind::not_found, fmt::format("the store has no search '{}'", title),
              "leave out --resume to begin one; wattlens list shows what is stored");
}

Plan RungMeasurer::plan_of_rung(std::span<const PlanPoint> points, const optimisation::RungEffort& effort,
                                std::string_view part, double share_of_budget) const {
  Plan plan = search_.plan;
  plan.title = fmt::format("{}: {}", name_, part);
  plan.axes = optimisation::axes_of(points);
  plan.effort.window = effort.window;
  plan.effort.batches = effort.batches_per_window;
  plan.effort.warm_up_limit = effort.warm_up_limit;
  plan.effort.repetitions = effort.repetitions;
  if (search_.plan.effort.budget) {
    const Seconds left = *search_.plan.effort.budget - (bench_.clock.now() - begin_);
    plan.effort.budget = Seconds{std::max(1.0, share_of_budget * left.value)};
  }
  return plan;
}

// What the search has stored under this title; of it the points must be the same, or the search is another one.
Result<std::optional<experiment::Continuation>> RungMeasurer::stored(const Plan& plan) const {
  if (!options_.resume) return std::nullopt;
  WATTLENS_TRY(const auto listings, bench_.store->list_experiments({}));
  const auto listing = std::ranges::find(listings, plan.title, &store::ExperimentListing::title);
  if (listing == listings.end()) return std::nullopt;
  experiment::Continuation found;
  WATTLENS_TRY(found.experiment, bench_.store->load_experiment(listing->id));
  WATTLENS_TRY(found.runs, bench_.store->load_runs(listing->id, store::WithSamples::no));
  found.experiment.status = listing->status;
  const bool same = std::ranges::equal(found.experiment.points, plan.axes.only, {}, &PlanPoint::id);
  if (same && found.experiment.seed == plan.seed) return found;
  return fail(ErrorKind::usage, fmt::format("the search that is stored as {} had other candidates", listing->id),
              "give --resume with the flags of the search, or leave it out to begin a new one");
}

Result<Recorded> RungMeasurer::perform(const Plan& wanted, std::string_view part, const Decided& decided) {
  WATTLENS_TRY(auto continuation, stored(wanted));
  if (continuation && continuation->experiment.status == record::ExperimentStatus::done) {
    return Recorded{std::move(continuation->experiment), std::move(continuation->runs)};
  }
  Plan plan = wanted;
  if (continuation) {
    WATTLENS_TRY(plan, experiment::plan_from_json(continuation->experiment.plan));
    WATTLENS_CHECK(compare_machines(*continuation, bench_.machine, bench_.sensors->meters.channels(), options_.run));
  }
  bench_.part = part;
  WATTLENS_TRY(experiment::Outcome outcome,
               cli::measure(bench_, plan, options_.run, cancel_, std::move(continuation), decided));
  if (outcome.storage_failure) return std::unexpected(*std::move(outcome.storage_failure));
  return Recorded{std::move(outcome.experiment), std::move(outcome.runs)};
}

Result<Recorded> RungMeasurer::measure(const optimisation::RungRequest& request, std::size_t rungs) {
  const std::string part = part_of(request, rungs);
  Plan plan = plan_of_rung(request.points, request.effort, part, share_of(request));
  // Twice the joules for a window that only sorts out what is far off are not well spent.
  plan.effort.repeat_disturbed = request.last;
  if (!request.last) plan.effort.idle = Seconds{0.5};
  return perform(plan, part, {});
}

Result<Recorded> RungMeasurer::compare(std::span<const PlanPoint> points, const optimisation::RungEffort& effort,
                                       std::int64_t most_blocks) {
  Plan plan = plan_of_rung(points, effort, kAgainstDefault, 1.0);
  plan.effort.repetitions = most_blocks;
  plan.effort.planned_looks = true;
  const experiment::ComparisonRules rules{.planned_looks = true};
  return perform(plan, kAgainstDefault,
                 [rules](const record::Experiment& experiment, std::span<const record::Run> runs) {
                   return experiment::decided_at_look(experiment, runs, rules);
                 });
}

Result<workload::Outputs> RungMeasurer::outputs(const PlanPoint& point, std::int64_t images) const {
  return workload::outputs_over_images(
      inference_options(point, bench_.engines, bench_.machine, search_.plan, options_.run), images, bench_.clock,
      cancel_);
}

Result<optimisation::Answers> RungMeasurer::answers(const PlanPoint& point, std::int64_t images) {
  optimisation::Answers answers;
  if (bench_.images && bench_.images->labels) {
    WATTLENS_TRY(answers.accuracy, accuracy(point));
  } else {
    WATTLENS_TRY(answers.agreement, agreement(point, images));
  }
  return answers;
}

// Many images at a time: how they are batched does not change the answers. A file may be made for one batch alone.
Result<record::Accuracy> RungMeasurer::accuracy(const PlanPoint& candidate) const {
  PlanPoint point = candidate;
  point.hint = "latency";
  if (!workload::is_model_file(point.model)) point.batch = 16;
  point.id = experiment::point_id(point);
  const auto workload = make_workload(point, bench_.engines, bench_.machine, search_.plan, options_.run,
                                      bench_.progress, bench_.clock, cancel_, &*bench_.images);
  WATTLENS_CHECK(workload->prepare());
  WATTLENS_TRY(const auto check, workload->check_output());
  const auto accuracy = workload->describe().accuracy;
  if (check.status == record::CheckStatus::failed || !accuracy) {
    return fail(ErrorKind::run_failed, fmt::format("{} gives wrong outputs", point.id));
  }
  return *accuracy;
}

Result<record::Agreement> RungMeasurer::agreement(const PlanPoint& point, std::int64_t images) {
  const PlanPoint& reference = search_.space.base;
  if (!references_.contains(images)) {
    WATTLENS_TRY(references_[images], outputs(reference, images));
  }
  WATTLENS_TRY(const workload::Outputs found, outputs(point, images));
  WATTLENS_TRY(record::Agreement agreement, workload::compare_top1(found, references_[images]));
  agreement.reference = reference.id;
  return agreement;
}

}  // namespace wattlens::cli
