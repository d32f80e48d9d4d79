#include "cli/policy_search.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <utility>
#include <vector>

#include "cli/arrivals_axis.h"
#include "cli/bench.h"
#include "cli/dry_run.h"
#include "cli/engines.h"
#include "cli/image_input.h"
#include "cli/image_sizes.h"
#include "cli/output.h"
#include "cli/policy_export.h"
#include "cli/resume.h"
#include "cli/run_plan.h"
#include "experiment/prediction.h"
#include "experiment/schedule.h"
#include "experiment/summary.h"
#include "machine/machine.h"
#include "report/policy_report.h"
#include "serving/policy_search.h"
#include "study/batching.h"
#include "study/one_way.h"
#include "study/service_model.h"

namespace wattlens::cli {
namespace {

using base::Seconds;

template <class T>
record::Estimate<T> estimate_of(const serving::Predicted<T>& predicted) {
  return {predicted.value, predicted.low, predicted.high};
}

record::PredictedPolicy recorded(const serving::PolicyPrediction& prediction) {
  return {.policy = to_text(prediction.policy),
          .energy_per_request = estimate_of(prediction.per_request),
          .response = estimate_of(prediction.mean),
          .response_p99 = estimate_of(prediction.p99),
          .load = prediction.load,
          .saturated = prediction.saturated,
          .meets = prediction.meets,
          .binding = prediction.binding ? to_text(*prediction.binding) : "",
          .use_of_limit = prediction.use_of_limit};
}

// The search as asked for, with all that could be wrong in it found out.
struct Search {
  std::vector<serving::ResponseLimit> limits;
  std::vector<std::string> arrivals;
  experiment::Plan services;  // the experiment that finds what batches cost
  std::int64_t requests = 0;  // of each window, simulated and measured
};

Result<Search> read_search(const BatchingOptions& options, Bench& bench, const base::Cancellation& cancel) {
  Search search;
  WATTLENS_TRY(search.limits, serving::parse_slo(*options.slo));
  WATTLENS_TRY(search.arrivals, arrivals_axis(options.arrivals, options.rates));
  if (options.policies) {
    return fail(ErrorKind::usage, "--slo searches the policy: --policy cannot be given too", "leave one of them out");
  }
  WATTLENS_TRY(bench.engines, find_engines());
  WATTLENS_TRY(experiment::Plan plan, plan_of(options.run));
  WATTLENS_CHECK(check_names(plan.axes, bench.engines));
  WATTLENS_CHECK(resolve_image_sizes(plan.axes));
  WATTLENS_CHECK(resolve_precision(plan.axes, bench.engines, bench.clock, cancel));
  WATTLENS_CHECK(study::check_one_way(experiment::plan_points(plan.axes), "--slo"));
  if (std::ranges::find(plan.axes.preprocess, "alone") != plan.axes.preprocess.end()) {
    return fail(ErrorKind::usage, "--slo serves requests: preprocessing alone answers none",
                "give --preprocess outside or --preprocess inside");
  }
  const experiment::Plan usual = study::batching_plan(plan);
  search.requests = options.requests.value_or(usual.axes.requests);
  plan.effort.repetitions = usual.effort.repetitions;
  search.services = study::service_plan(std::move(plan));
  for (const std::string& text : search.arrivals) {
    WATTLENS_TRY(const auto arrivals, serving::parse_arrivals(text));
    if (serving::is_open_loop(arrivals)) WATTLENS_CHECK(serving::schedule(arrivals, search.requests, 0));
  }
  WATTLENS_CHECK(experiment::check(search.services));
  return search;
}

Seconds shortest_of(std::span<const record::Run> runs) {
  Seconds shortest{std::numeric_limits<double>::infinity()};
  for (const record::Run& run : runs) {
    if (!run.windows.empty()) shortest = std::min(shortest, run.windows.back().duration());
  }
  return shortest;
}

// What batches of each size cost one network. How many requests fill a window that the sensors can use is known only
// when some have been served: a fast network is measured again with more.
Result<experiment::Outcome> measure_services(const Search& search, const std::string& model,
                                             const BatchingOptions& options, Bench& bench,
                                             const base::Cancellation& cancel) {
  experiment::Plan plan = search.services;
  plan.axes.models = {model};
  WATTLENS_TRY(experiment::Outcome outcome, measure(bench, plan, options.run, cancel));
  if (outcome.storage_failure) return std::unexpected(*outcome.storage_failure);
  const Seconds wanted = experiment::shortest_window(bench.sensors->meters.channels());
  const Seconds shortest = shortest_of(outcome.runs);
  if (cancel.requested() || shortest >= wanted || !(shortest > Seconds{})) return outcome;
  constexpr double kMargin = 1.3;
  plan.axes.requests *= static_cast<std::int64_t>(std::ceil(kMargin * (wanted / shortest)));
  fmt::print(stderr, "{}: windows of {:.2f} s are too short for the sensors; measured again with {} requests each.\n",
             model, shortest.value, plan.axes.requests);
  WATTLENS_TRY(outcome, measure(bench, plan, options.run, cancel));
  if (outcome.storage_failure) return std::unexpected(*outcome.storage_failure);
  return outcome;
}

// The predictions of one network under one way in which requests come.
Result<record::PolicyChoice> predict_policies(const Search& search, const std::string& model,
                                              const std::string& arrivals, const serving::ServiceModel& service,
                                              const experiment::Outcome& services) {
  record::PolicyChoice choice{.model = model, .arrivals = arrivals};
  for (const serving::ResponseLimit& limit : search.limits) choice.limits.push_back(to_text(limit));
  WATTLENS_TRY(const auto process, serving::parse_arrivals(arrivals));
  WATTLENS_TRY(const auto found,
               serving::search_policies(process, service, search.limits,
                                        {.requests = search.requests, .seed = services.experiment.seed + 1}));
  for (const auto& prediction : found.ranked) choice.ranked.push_back(recorded(prediction));
  choice.met = found.met();
  choice.experiments.push_back(services.experiment.id);
  return choice;
}

Result<void> measure_choice(record::PolicyChoice& choice, const Search& search, const BatchingOptions& options,
                            Bench& bench, const base::Cancellation& cancel) {
  experiment::Plan plan = search.services;
  plan.title = fmt::format("study batching: {} within {}", choice.ranked.front().policy, *options.slo);
  plan.axes.models = {choice.model};
  plan.axes.arrivals = {choice.arrivals};
  plan.axes.policies = {choice.ranked.front().policy};
  plan.axes.requests = search.requests;
  WATTLENS_CHECK(experiment::check(plan));
  WATTLENS_TRY(const auto outcome, measure(bench, plan, options.run, cancel));
  if (outcome.storage_failure) return std::unexpected(*outcome.storage_failure);
  choice.experiments.push_back(outcome.experiment.id);
  const auto summary = experiment::summarise(outcome.experiment, outcome.runs);
  choice.measured = summary.points.front();
  return {};
}

Result<ExitCode> show_plan(const Search& search, Output& output) {
  const record::MachineState machine = machine::read_machine();
  const auto points = experiment::plan_points(search.services.axes);
  const auto prediction = experiment::predict(search.services, guess_batch_times(points, machine));
  WATTLENS_CHECK(output.write(dry_run_text(search.services, prediction, output.format())));
  WATTLENS_CHECK(output.finish());
  return ExitCode::done;
}

}  // namespace

Result<ExitCode> search_policy(const BatchingOptions& options, const base::Cancellation& cancel) {
  Bench bench;
  WATTLENS_TRY(auto scenario, read_simulated(options.run.simulate));
  WATTLENS_CHECK(check_wishes(options.run.settings));
  WATTLENS_TRY(Search search, read_search(options, bench, cancel));
  WATTLENS_TRY(bench.images, open_images(search.services));
  WATTLENS_TRY(Output output, Output::open(options.run.output));
  if (options.run.dry_run) return show_plan(search, output);
  WATTLENS_CHECK(take_machine(bench, options.run, "study batching --slo", cancel));
  WATTLENS_CHECK(open_bench(bench, options.run, std::move(scenario), "study batching --slo"));
  say_what_energy_is(bench, options.run);
  std::vector<record::PolicyChoice> choices;
  experiment::Outcome services;
  for (const std::string& model : search.services.axes.models) {
    if (cancel.requested()) break;
    WATTLENS_TRY(services, measure_services(search, model, options, bench, cancel));
    if (cancel.requested()) break;
    const record::ExperimentSummary summary = experiment::summarise(services.experiment, services.runs);
    WATTLENS_TRY(const auto service, study::service_model(summary, services.runs, model));
    for (const std::string& arrivals : search.arrivals) {
      if (cancel.requested()) break;
      WATTLENS_TRY(auto choice, predict_policies(search, model, arrivals, service, services));
      if (choice.met) WATTLENS_CHECK(measure_choice(choice, search, options, bench, cancel));
      choices.push_back(std::move(choice));
    }
  }
  WATTLENS_CHECK(give_back(bench, services.experiment));
  WATTLENS_CHECK(output.write(report::policy_text(choices, output.format(), output.text())));
  WATTLENS_CHECK(output.finish());
  if (cancel.requested()) {
    fmt::print(stderr, "Interrupted: what was measured until now is stored.\n");
    return ExitCode::some_runs_failed;
  }
  if (!options.export_folder.empty()) {
    const std::string& engine = search.services.axes.engines.front();
    WATTLENS_CHECK(export_policies(choices, engine, options.export_folder));
  }
  const bool met = std::ranges::all_of(choices, &record::PolicyChoice::met);
  return met ? ExitCode::done : ExitCode::nothing_matched;
}

}  // namespace wattlens::cli
