#include "cli/policy_search.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/text.h"
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
#include "study/policy_verdict.h"
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
  experiment::Plan services;        // the experiment that finds what batches cost
  std::int64_t requests = 0;        // of each window, simulated and measured
  std::optional<Seconds> budget{};  // for everything
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
  plan.effort.budget = search.budget = usual.effort.budget;
  search.services = study::service_plan(std::move(plan));
  for (const std::string& text : search.arrivals) {
    WATTLENS_TRY(const auto arrivals, serving::parse_arrivals(text));
    if (serving::is_open_loop(arrivals)) WATTLENS_CHECK(serving::schedule(arrivals, search.requests, 0));
  }
  WATTLENS_CHECK(experiment::check(search.services));
  return search;
}

// How the time for everything is shared out: what batches cost is measured over eight sizes, a policy once.
class TimeLeft {
 public:
  TimeLeft(const Search& search, const base::Clock& clock)
      : clock_(clock),
        begin_(clock.now()),
        budget_(search.budget),
        shares_(static_cast<double>(search.services.axes.models.size()) *
                (kServiceShares + static_cast<double>(search.arrivals.size()))) {}

  static constexpr double kServiceShares = 8.0;

  // For the next experiment, which takes so many of the shares that are left; empty where all the time is there.
  std::optional<Seconds> take(double shares) {
    if (!budget_) return std::nullopt;
    const double part = shares / std::max(shares, shares_);
    shares_ -= shares;
    return Seconds{std::max(1.0, part * left().value)};
  }

  Seconds left() const { return *budget_ - (clock_.now() - begin_); }  // of a budget

 private:
  const base::Clock& clock_;
  base::MonoTime begin_;
  std::optional<Seconds> budget_;
  double shares_ = 0.0;
};

Seconds shortest_of(std::span<const record::Run> runs) {
  Seconds shortest{std::numeric_limits<double>::infinity()};
  for (const record::Run& run : runs) {
    if (!run.windows.empty()) shortest = std::min(shortest, run.windows.back().duration());
  }
  return shortest;
}

Seconds in_windows(std::span<const record::Run> runs) {
  Seconds sum;
  for (const record::Run& run : runs) {
    if (!run.windows.empty()) sum += run.windows.back().duration();
  }
  return sum;
}

bool has_energies(const experiment::Outcome& outcome) {
  const auto summary = experiment::summarise(outcome.experiment, outcome.runs);
  return std::ranges::all_of(summary.points,
                             [](const auto& point) { return point.energy_per_image.value.has_value(); });
}

// Whether every point has a window.
bool whole(const experiment::Outcome& outcome) {
  return std::ranges::all_of(outcome.experiment.points, [&](const record::PlanPoint& point) {
    return std::ranges::any_of(outcome.runs,
                               [&](const record::Run& run) { return run.point == point.id && !run.windows.empty(); });
  });
}

// The search at work: its bench, and what it has found.
class PolicySearch {
 public:
  PolicySearch(const BatchingOptions& options, Search search, Bench& bench, const base::Cancellation& cancel)
      : options_(options), search_(std::move(search)), bench_(bench), cancel_(cancel), time_(search_, bench.clock) {}

  // Goes on with the next network where one fails; ends where nothing more can be stored.
  void run() {
    for (const std::string& model : search_.services.axes.models) {
      if (over()) return;
      search_model(model);
    }
  }

  const std::vector<record::PolicyChoice>& choices() const { return choices_; }
  const std::optional<Error>& storage_failure() const { return storage_failure_; }
  record::Experiment& last() { return last_; }
  const std::string& engine() const { return search_.services.axes.engines.front(); }

 private:
  bool over() const { return cancel_.requested() || storage_failure_; }

  void search_model(const std::string& model) {
    auto services = measure_services(model);
    if (over()) return;
    Result<serving::ServiceModel> service =
        services
            ? study::service_model(experiment::summarise(services->experiment, services->runs), services->runs, model)
            : std::unexpected(services.error());
    for (const std::string& arrivals : search_.arrivals) {
      if (over()) return;
      record::PolicyChoice& choice = choices_.emplace_back(record::PolicyChoice{.model = model, .arrivals = arrivals});
      if (services) choice.experiments.push_back(services->experiment.id);
      auto found = service ? predict(choice, *service, services->experiment.seed) : std::unexpected(service.error());
      if (found && choice.met) found = measure_choice(choice);
      if (!found) choice.failure = found.error();
    }
  }

  // An experiment with the time that is its own; what cannot be stored ends the search.
  Result<experiment::Outcome> measure_plan(experiment::Plan plan, std::optional<Seconds> budget) {
    plan.effort.budget = budget;
    WATTLENS_CHECK(experiment::check(plan));
    WATTLENS_TRY(auto outcome, measure(bench_, plan, options_.run, cancel_));
    last_ = outcome.experiment;
    if (!outcome.storage_failure) return outcome;
    storage_failure_ = outcome.storage_failure;
    return std::unexpected(*outcome.storage_failure);
  }

  // What batches of each size cost one network. How many requests fill a window that the sensors can use is known only
  // when some have been served: a fast network is measured again with more, where the time is there.
  Result<experiment::Outcome> measure_services(const std::string& model) {
    experiment::Plan plan = search_.services;
    plan.axes.models = {model};
    const base::MonoTime begin = bench_.clock.now();
    const std::optional<Seconds> budget = time_.take(TimeLeft::kServiceShares);
    WATTLENS_TRY(experiment::Outcome first, measure_plan(plan, budget));
    const Seconds wanted = experiment::shortest_window(bench_.sensors->meters.channels());
    const Seconds shortest = shortest_of(first.runs);
    if (cancel_.requested() || shortest >= wanted || !(shortest > Seconds{})) return first;
    constexpr double kMargin = 1.3;
    const double more = std::ceil(kMargin * (wanted / shortest));
    const Seconds took = bench_.clock.now() - begin;
    const Seconds needed = took + (more - 1.0) * in_windows(first.runs);
    std::optional<Seconds> second_budget;
    if (budget) {
      // What was kept for later is of no use where this network's energies are not known.
      second_budget = has_energies(first) ? *budget - took : time_.left();
      if (needed > *second_budget) {
        fmt::print(stderr,
                   "{}: windows of {:.2g} s are short for the sensors; longer ones need {:.0f} s more: --budget\n",
                   model, shortest.value, needed.value);
        return first;
      }
    }
    plan.axes.requests *= static_cast<std::int64_t>(more);
    fmt::print(stderr, "{}: windows of {:.2g} s are too short for the sensors; measured again with {} requests each.\n",
               model, shortest.value, plan.axes.requests);
    auto second = measure_plan(plan, second_budget);
    return second && (whole(*second) || !whole(first)) ? second : first;
  }

  // The predictions of one network under one way in which requests come.
  Result<void> predict(record::PolicyChoice& choice, const serving::ServiceModel& service, std::uint64_t seed) const {
    for (const serving::ResponseLimit& limit : search_.limits) choice.limits.push_back(to_text(limit));
    WATTLENS_TRY(const auto process, serving::parse_arrivals(choice.arrivals));
    WATTLENS_TRY(const auto found, serving::search_policies(process, service, search_.limits,
                                                            {.requests = search_.requests, .seed = seed + 1}));
    for (const auto& prediction : found.ranked) choice.ranked.push_back(recorded(prediction));
    choice.met = found.met();
    return {};
  }

  Result<void> measure_choice(record::PolicyChoice& choice) {
    experiment::Plan plan = search_.services;
    plan.title = fmt::format("study batching: {} within {}", choice.ranked.front().policy, *options_.slo);
    plan.axes.models = {choice.model};
    plan.axes.arrivals = {choice.arrivals};
    plan.axes.policies = {choice.ranked.front().policy};
    plan.axes.requests = search_.requests;
    WATTLENS_TRY(const auto outcome, measure_plan(std::move(plan), time_.take(1.0)));
    choice.experiments.push_back(outcome.experiment.id);
    auto point = experiment::summarise(outcome.experiment, outcome.runs).points.front();
    if (!point.serving && !cancel_.requested()) {
      const Error none{ErrorKind::run_failed, "no window of it was measured", "give it more time: --budget"};
      return std::unexpected(point.failure.value_or(none));
    }
    if (point.serving) choice.measured = study::held_against(std::move(point), search_.limits);
    return {};
  }

  const BatchingOptions& options_;
  Search search_;
  Bench& bench_;
  const base::Cancellation& cancel_;
  TimeLeft time_;
  std::vector<record::PolicyChoice> choices_;
  std::optional<Error> storage_failure_;
  record::Experiment last_;  // of the experiments that were measured
};

Result<ExitCode> show_plan(const Search& search, Output& output) {
  const record::MachineState machine = machine::read_machine();
  const auto points = experiment::plan_points(search.services.axes);
  const auto prediction = experiment::predict(search.services, guess_batch_times(points, machine));
  WATTLENS_CHECK(output.write(dry_run_text(search.services, prediction, output.format())));
  WATTLENS_CHECK(output.finish());
  fmt::print(
      stderr,
      "That is what batches cost. Then each network's policy of least energy is measured under {}, {} requests a "
      "window.\n",
      base::join(search.arrivals, " and "), search.requests);
  return ExitCode::done;
}

ExitCode exit_code_of(std::span<const record::PolicyChoice> choices) {
  const auto failed = [](const record::PolicyChoice& choice) { return choice.failure.has_value(); };
  const auto kept = [](const record::PolicyChoice& choice) { return choice.measured && choice.measured->meets; };
  if (std::ranges::any_of(choices, failed)) return ExitCode::some_runs_failed;
  return std::ranges::all_of(choices, kept) ? ExitCode::done : ExitCode::nothing_matched;
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
  PolicySearch work(options, std::move(search), bench, cancel);
  work.run();
  WATTLENS_CHECK(give_back(bench, work.last()));
  const auto& choices = work.choices();
  const bool nothing = choices.size() == 1 && choices.front().failure && choices.front().ranked.empty();
  if (nothing) return std::unexpected(*choices.front().failure);
  WATTLENS_CHECK(output.write(report::policy_text(choices, output.format(), output.text())));
  WATTLENS_CHECK(output.finish());
  if (work.storage_failure()) return std::unexpected(*work.storage_failure());
  if (cancel.requested()) {
    fmt::print(stderr, "Interrupted: what was measured until now is stored.\n");
    return ExitCode::some_runs_failed;
  }
  if (!options.export_folder.empty()) {
    WATTLENS_CHECK(export_policies(choices, work.engine(), options.export_folder));
  }
  return exit_code_of(choices);
}

}  // namespace wattlens::cli
