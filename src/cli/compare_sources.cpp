#include "cli/compare_sources.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "base/clock.h"
#include "cli/bench.h"
#include "cli/dry_run.h"
#include "cli/engines.h"
#include "cli/gpu_choice.h"
#include "cli/image_input.h"
#include "cli/image_sizes.h"
#include "cli/progress_line.h"
#include "cli/resume.h"
#include "cli/run_plan.h"
#include "cli/store_path.h"
#include "experiment/axis.h"
#include "experiment/command_comparison.h"
#include "experiment/prediction.h"
#include "experiment/runner.h"
#include "machine/machine.h"

namespace wattlens::cli {
namespace {

Result<void> open_bench(Bench& bench, const CompareOptions& options, const CompareHooks& hooks, std::string_view what,
                        const base::Cancellation& cancel) {
  WATTLENS_CHECK(take_machine(bench, options.run, what, cancel));
  WATTLENS_CHECK(open_bench(bench, options.run, hooks.scenario, what));
  return hooks.may_begin(bench.machine, bench.sensors->meters);
}

Measured measured(experiment::Outcome outcome) {
  return {{std::move(outcome.experiment), std::move(outcome.runs)}, std::move(outcome.storage_failure)};
}

using Engines = std::vector<worker::EngineLocation>;

Result<experiment::Plan> points_plan(const CompareOptions& options, const CompareHooks& hooks, const Engines& engines,
                                     const base::Clock& clock, const base::Cancellation& cancel) {
  WATTLENS_TRY(experiment::Plan plan, plan_of(options.run));
  WATTLENS_CHECK(check_names(plan.axes, engines));
  WATTLENS_CHECK(resolve_image_sizes(plan.axes));
  WATTLENS_CHECK(resolve_precision(plan.axes, engines, clock, cancel));
  const std::size_t points = experiment::plan_points(plan.axes).size();
  if (points < 2 && !options.baseline && !options.save_baseline) {
    return fail(ErrorKind::usage, "one plan point alone cannot be compared",
                "give an axis two values, such as --precision f32,bf16; or --baseline FILE");
  }
  plan.effort.repetitions = hooks.most_blocks;
  plan.effort.planned_looks = static_cast<bool>(hooks.decided);
  return plan;
}

Result<Measured> measure_points(const CompareOptions& options, const CompareHooks& hooks,
                                const base::Cancellation& cancel) {
  WATTLENS_TRY(const Engines engines, find_engines());
  Bench bench;
  bench.engines = engines;
  WATTLENS_TRY(experiment::Plan plan, points_plan(options, hooks, engines, bench.clock, cancel));
  WATTLENS_CHECK(check_varied(options.run.settings, plan.axes.settings));
  WATTLENS_TRY(bench.images, open_images(plan));
  WATTLENS_CHECK(open_bench(bench, options, hooks, "compare " + plan.axes.models.front(), cancel));
  WATTLENS_TRY(experiment::Outcome outcome, measure(bench, plan, options.run, cancel, std::nullopt, hooks.decided));
  if (bench.images) say_left_out(*bench.images);
  WATTLENS_CHECK(give_back(bench, outcome.experiment));
  return measured(std::move(outcome));
}

Result<experiment::CommandPlan> command_plan(const CompareOptions& options, const CompareHooks& hooks) {
  experiment::CommandPlan plan{.commands = options.commands,
                               .most_blocks = hooks.most_blocks,
                               .warm_ups = options.warm_ups,
                               .planned_looks = static_cast<bool>(hooks.decided),
                               .seed = options.run.seed.value_or(0),
                               .title = options.run.title.value_or(""),
                               .ignored_signals = options.ignored_signals};
  if (std::ranges::find(plan.commands, "") != plan.commands.end()) {
    return fail(ErrorKind::usage, "a command is empty", "give each in quotes: -- 'COMMAND A' 'COMMAND B'");
  }
  if (options.idle != "0s") {
    WATTLENS_TRY(plan.idle, experiment::parse_duration(options.idle, "--idle"));
  }
  if (options.run.budget) {
    WATTLENS_TRY(plan.budget, experiment::parse_duration(*options.run.budget, "--budget"));
  }
  return plan;
}

Result<experiment::CommandPlan> stored_plan(const CompareOptions& options, const record::Experiment& experiment) {
  auto plan = experiment::command_plan_from_json(experiment.plan);
  if (!plan) return fail(plan.error().kind, fmt::format("experiment {}: {}", experiment.id, plan.error().message));
  plan->title = experiment.title;
  plan->ignored_signals = options.ignored_signals;
  return plan;
}

Result<Measured> measure_commands(const CompareOptions& options, const CompareHooks& hooks,
                                  const base::Cancellation& cancel) {
  experiment::CommandPlan plan;
  if (!options.run.resume) {
    WATTLENS_TRY(plan, command_plan(options, hooks));
  }
  Bench bench;
  const std::string what = options.run.resume ? "what was interrupted" : plan.commands.front();
  WATTLENS_CHECK(open_bench(bench, options, hooks, "compare " + what, cancel));
  std::optional<experiment::Continuation> continuation;
  if (options.run.resume) {
    WATTLENS_TRY(continuation, find_interrupted(*bench.store, options.run, Resumed::commands));
    WATTLENS_TRY(plan, stored_plan(options, continuation->experiment));
  }
  const char* visible = std::getenv("CUDA_VISIBLE_DEVICES");
  WATTLENS_TRY(ChosenChannels chosen, choose_gpus(bench.sensors->meters.channels(), options.gpus,
                                                  visible ? std::optional<std::string>(visible) : std::nullopt));
  plan.channels = std::move(chosen.channels);
  bench.run_warnings.insert(bench.run_warnings.end(), chosen.warnings.begin(), chosen.warnings.end());
  ProgressLine progress(stderr);
  const experiment::CommandTools tools{
      .clock = bench.clock,
      .meters = bench.sensors->meters,
      .sink = *bench.store,
      .cancel = cancel,
      .progress = [&](const experiment::Progress& state) { progress.show(state); },
      .run_warnings = bench.run_warnings,
      .decided = hooks.decided,
  };
  if (continuation) WATTLENS_CHECK(compare_machines(*continuation, bench.machine, plan.channels, options.run));
  WATTLENS_TRY(experiment::Outcome outcome,
               continuation ? experiment::resume_commands(plan, *std::move(continuation), bench.machine, tools)
                            : experiment::compare_commands(plan, bench.machine, tools));
  WATTLENS_CHECK(give_back(bench, outcome.experiment));
  return measured(std::move(outcome));
}

}  // namespace

Result<std::string> plan_text(const CompareOptions& options, const CompareHooks& hooks, report::Format format,
                              const base::Cancellation& cancel) {
  if (!options.commands.empty()) {
    WATTLENS_TRY(const experiment::CommandPlan plan, command_plan(options, hooks));
    return dry_run_text(plan, format);
  }
  const base::SystemClock clock;
  WATTLENS_TRY(const Engines engines, find_engines());
  WATTLENS_TRY(const experiment::Plan plan, points_plan(options, hooks, engines, clock, cancel));
  const auto times = guess_batch_times(experiment::plan_points(plan.axes), machine::read_machine());
  return dry_run_text(plan, experiment::predict(plan, times), format);
}

Result<Measured> measure_sides(const CompareOptions& options, const CompareHooks& hooks,
                               const base::Cancellation& cancel) {
  const bool points = options.run.models.has_value();
  return points ? measure_points(options, hooks, cancel) : measure_commands(options, hooks, cancel);
}

Result<bool> was_planned_with_looks(const CompareOptions& options) {
  WATTLENS_TRY(const auto store, open_store(options.run.store, store::Access::read));
  WATTLENS_TRY(const auto found, find_interrupted(*store, options.run, Resumed::commands));
  return experiment::has_planned_looks(found.experiment);
}

Result<experiment::Recorded> load_recorded(const CompareOptions& options, const std::string& id) {
  WATTLENS_TRY(const auto store, open_store(options.run.store, store::Access::read));
  WATTLENS_TRY(const std::string whole, store->find_experiment(id));
  WATTLENS_TRY(record::Experiment experiment, store->load_experiment(whole));
  WATTLENS_TRY(std::vector<record::Run> runs, store->load_runs(whole, store::WithSamples::no));
  return experiment::Recorded{std::move(experiment), std::move(runs)};
}

}  // namespace wattlens::cli
