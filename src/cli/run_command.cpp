#include "cli/run_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <utility>

#include "base/text.h"
#include "cli/bench.h"
#include "cli/dry_run.h"
#include "cli/engines.h"
#include "cli/image_sizes.h"
#include "cli/output_checks.h"
#include "cli/resume.h"
#include "cli/run_plan.h"
#include "cli/sensors.h"
#include "cli/store_path.h"
#include "cli/workload_factory.h"
#include "experiment/prediction.h"
#include "experiment/runner.h"
#include "experiment/summary.h"
#include "machine/machine.h"
#include "report/experiment_report.h"
#include "report/plots.h"
#include "store/sqlite_store.h"

namespace wattlens::cli {
namespace {

using experiment::Plan;

void say_what_next(const Plan& plan, const experiment::Outcome& outcome, const RunOptions& options) {
  const std::string& id = outcome.experiment.id;
  const base::Path store = options.store.empty() ? default_store_path() : options.store;
  fmt::print(stderr, "\nStored as {} in {}\n", id, store.string());
  // Programs that read the data need no advice, and a failed experiment has its own.
  const bool any_done =
      std::ranges::any_of(outcome.runs, [](const record::Run& run) { return run.status == record::RunStatus::done; });
  if (options.output.format != report::Format::table || !any_done) return;
  fmt::print(stderr, "\nNext:\n");
  const std::string& program = options.program;
  const std::string where = options.store.empty() ? "" : fmt::format(" --store {}", options.store.string());
  fmt::print(stderr, "  {} show {}{}\n", program, id, where);
  fmt::print(stderr, "  {} export {} -o results.csv{}\n", program, id, where);
  if (!plan.axes.policies.empty()) return;
  fmt::print(stderr, "  {} run --model {} --batch 1-64*2 --hint latency,throughput{}\n", program,
             plan.axes.models.front(), where);
}

ExitCode exit_code_of(const experiment::Outcome& outcome, const base::Cancellation& cancel) {
  if (outcome.storage_failure) return exit_code(outcome.storage_failure->kind);
  if (cancel.requested()) return ExitCode::some_runs_failed;
  const bool failed =
      std::ranges::any_of(outcome.runs, [](const record::Run& run) { return run.status == record::RunStatus::failed; });
  const bool nothing_to_measure_with = std::ranges::all_of(outcome.runs, [](const record::Run& run) {
    return run.failure && run.failure->kind == ErrorKind::not_measurable;
  });
  if (failed && nothing_to_measure_with) return ExitCode::nothing_measurable;
  const bool left_out = std::ranges::any_of(outcome.experiment.points, [&](const record::PlanPoint& point) {
    return std::ranges::find(outcome.runs, point.id, &record::Run::point) == outcome.runs.end();
  });
  return failed || left_out ? ExitCode::some_runs_failed : ExitCode::done;
}

void say_what_failed(const experiment::Outcome& outcome, const record::ExperimentSummary& summary) {
  for (const record::PointSummary& point : summary.points) {
    if (!point.failure) continue;
    fmt::print(stderr, "failed: {}: {}\n", point.point.id, point.failure->message);
    if (!point.failure->hint.empty()) fmt::print(stderr, "  {}\n", point.failure->hint);
  }
  if (outcome.storage_failure) {
    fmt::print(stderr, "not stored further: {}\n  {}\n", outcome.storage_failure->message,
               outcome.storage_failure->hint);
  }
}

// For others who would measure at the same time.
std::string what_is_measured(const RunOptions& options, const Plan& plan) {
  if (options.resume) return fmt::format("resumed experiment {}", *options.resume);
  constexpr std::size_t kNamed = 3;
  std::vector<std::string> models;
  for (const std::string& model : plan.axes.models) models.push_back(base::Path(model).filename().string());
  if (models.size() <= kNamed) return base::join(models, ", ");
  const auto others = models.size() - kNamed;
  models.resize(kNamed);
  return fmt::format("{} and {} more", base::join(models, ", "), others);
}

// The stored plan, which flags and a plan file must not contradict.
// As far as flags tell: whether they hold the same is seen when they are opened.
bool same_images(const std::optional<experiment::PlanImages>& stored,
                 const std::optional<experiment::PlanImages>& asked) {
  return stored && asked && stored->path == asked->path && stored->skip_broken == asked->skip_broken &&
         (!asked->labels || stored->labels == asked->labels);
}

Result<Plan> agreed_plan(const RunOptions& options, const record::Experiment& experiment,
                         std::span<const worker::EngineLocation> engines, const base::Clock& clock,
                         const base::Cancellation& cancel) {
  WATTLENS_TRY(Plan stored, experiment::plan_from_json(experiment.plan));
  WATTLENS_TRY(Plan asked, plan_of(options, stored));
  WATTLENS_CHECK(resolve_precision(asked.axes, engines, clock, cancel));
  if (same_images(stored.images, asked.images)) asked.images = stored.images;
  WATTLENS_CHECK(check_agreement(stored, asked, experiment.id));
  WATTLENS_CHECK(check_names(stored.axes, engines));
  return stored;
}

Result<ExitCode> show_plan(const Plan& plan, const record::MachineState& machine, Output& output) {
  const auto points = experiment::plan_points(plan.axes);
  const experiment::Prediction prediction = experiment::predict(plan, guess_batch_times(points, machine));
  WATTLENS_CHECK(output.write(dry_run_text(plan, prediction, output.format())));
  WATTLENS_CHECK(output.finish());
  return ExitCode::done;
}

// Results, what failed, and what to do next.
Result<ExitCode> conclude(const Plan& plan, const experiment::Outcome& outcome, const RunOptions& options,
                          const base::Cancellation& cancel, const RunHooks& hooks, Output& output, PlotOutput& plot) {
  const record::ExperimentSummary summary = experiment::summarise(outcome.experiment, outcome.runs);
  say_what_failed(outcome, summary);
  if (outcome.experiment.status == record::ExperimentStatus::interrupted) {
    fmt::print(stderr, "Interrupted: what was measured until now is kept. To go on:\n  {}\n",
               resume_command(options.program, outcome.experiment, options.store));
  }
  WATTLENS_CHECK(output.write(hooks.results(summary, output.format(), output.text())));
  WATTLENS_CHECK(output.finish());
  const Result<void> drawn =
      plot.wanted() ? plot.write(report::experiment_plot(summary), {&outcome.experiment.id, 1}) : Result<void>();
  if (!outcome.storage_failure) say_what_next(plan, outcome, options);
  const ExitCode code = exit_code_of(outcome, cancel);
  // That there is nothing to draw is no news where nothing was measured.
  if (code == ExitCode::done) WATTLENS_CHECK(drawn);
  if (!drawn) fmt::print(stderr, "no plot: {}\n", drawn.error().message);
  return code;
}

}  // namespace

Result<ExitCode> run(const RunOptions& options, const base::Cancellation& cancel, const RunHooks& hooks) {
  Bench bench;
  WATTLENS_TRY(Plan plan, options.resume ? Plan{} : plan_of(options));
  if (hooks.complete && !options.resume) {
    WATTLENS_TRY(plan, hooks.complete(std::move(plan)));
  }
  WATTLENS_TRY(auto scenario, read_simulated(options.simulate));
  WATTLENS_CHECK(check_wishes(options.settings));
  WATTLENS_TRY(bench.engines, find_engines());
  if (!options.resume) {
    WATTLENS_CHECK(check_names(plan.axes, bench.engines));
    WATTLENS_CHECK(resolve_image_sizes(plan.axes));
  }
  if (!options.dry_run) WATTLENS_CHECK(take_machine(bench, options, what_is_measured(options, plan), cancel));
  std::optional<experiment::Continuation> continuation;
  if (options.resume) {
    WATTLENS_TRY(const auto store, open_store(options.store, store::Access::read));
    WATTLENS_TRY(continuation, find_interrupted(*store, options, Resumed::plan));
    WATTLENS_TRY(plan, agreed_plan(options, continuation->experiment, bench.engines, bench.clock, cancel));
  }
  WATTLENS_CHECK(check_varied(options.settings, plan.axes.settings));
  WATTLENS_TRY(bench.images, open_images(plan));
  WATTLENS_CHECK(resolve_precision(plan.axes, bench.engines, bench.clock, cancel));
  WATTLENS_TRY(Output output, Output::open(options.output));
  WATTLENS_TRY(PlotOutput plot, PlotOutput::open(options.plot, options.output));
  if (options.dry_run) return show_plan(plan, machine::read_machine(), output);
  if (options.check_only) {
    const record::MachineState machine = machine::read_machine();
    const experiment::WorkloadFactory make = [&](const record::PlanPoint& point) {
      return make_workload(point, bench.engines, machine, plan, options, bench.progress, bench.clock, cancel,
                           bench.images ? &*bench.images : nullptr);
    };
    auto checked = check_outputs(experiment::plan_points(plan.axes), make, output, cancel);
    if (bench.images) say_left_out(*bench.images);
    return checked;
  }
  WATTLENS_CHECK(open_bench(bench, options, std::move(scenario), what_is_measured(options, plan)));
  if (continuation) {
    WATTLENS_CHECK(compare_machines(*continuation, bench.machine, bench.sensors->meters.channels(), options));
  }
  say_what_energy_is(bench, options);
  WATTLENS_TRY(experiment::Outcome outcome, measure(bench, plan, options, cancel, std::move(continuation)));
  if (bench.images) say_left_out(*bench.images);
  WATTLENS_CHECK(give_back(bench, outcome.experiment));
  return conclude(plan, outcome, options, cancel, hooks, output, plot);
}

}  // namespace wattlens::cli
