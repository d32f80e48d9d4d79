#include "cli/run_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <utility>

#include "base/text.h"
#include "cli/dry_run.h"
#include "cli/engines.h"
#include "cli/image_sizes.h"
#include "cli/machine_lock.h"
#include "cli/machine_settings.h"
#include "cli/output_checks.h"
#include "cli/progress_line.h"
#include "cli/resume.h"
#include "cli/run_plan.h"
#include "cli/sensors.h"
#include "cli/store_path.h"
#include "cli/workload_factory.h"
#include "experiment/neighbour_history.h"
#include "experiment/prediction.h"
#include "experiment/runner.h"
#include "experiment/summary.h"
#include "machine/machine.h"
#include "meter/meter_set.h"
#include "report/experiment_report.h"
#include "report/simulated.h"
#include "store/sqlite_store.h"

namespace wattlens::cli {
namespace {

using experiment::Plan;

// One line on stderr where nothing measures energy here: what the joules are then, and where to read more.
void say_what_energy_is(const meter::MeterSet& meters, const RunOptions& options) {
  if (meters.anything_measured()) return;
  if (report::simulated(meters.channels())) {
    fmt::print(stderr, "{} The sensors are those of {}.\n", report::kSimulatedLine, options.simulate.string());
    return;
  }
  const bool modelled = std::ranges::any_of(meters.channels(), [](const record::Channel& channel) {
    return channel.provenance == record::Provenance::modelled;
  });
  fmt::print(stderr, "No energy sensor can be read here: {}; `{} doctor` tells which sensor would measure.\n",
             modelled ? "every joule is modelled from the processor's load" : "there will be no joules",
             options.program);
}

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
Result<Plan> agreed_plan(const RunOptions& options, const record::Experiment& experiment,
                         std::span<const worker::EngineLocation> engines, const base::Clock& clock,
                         const base::Cancellation& cancel) {
  WATTLENS_TRY(Plan stored, experiment::plan_from_json(experiment.plan));
  WATTLENS_TRY(Plan asked, plan_of(options, stored));
  WATTLENS_CHECK(resolve_precision(asked.axes, engines, clock, cancel));
  WATTLENS_CHECK(check_agreement(stored, asked, experiment.id));
  WATTLENS_CHECK(check_names(stored.axes, engines));
  return stored;
}

// Changes nothing where nothing is timed.
Result<MachineSettings> begin_settings(const RunOptions& options, const MachineLock& lock, const Plan& plan,
                                       const base::Clock& clock) {
  if (options.dry_run || options.check_only) return MachineSettings();
  return MachineSettings::begin(options.settings, lock.held.has_value(), what_is_measured(options, plan), clock);
}

// What every run is told.
std::vector<record::Warning> run_warnings(const Sensors& sensors, const MachineLock& lock,
                                          const MachineSettings& settings) {
  std::vector<record::Warning> warnings = sensors.warnings;
  warnings.insert(warnings.end(), lock.warnings.begin(), lock.warnings.end());
  warnings.insert(warnings.end(), settings.warnings().begin(), settings.warnings().end());
  return warnings;
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
                          const base::Cancellation& cancel, Output& output) {
  const record::ExperimentSummary summary = experiment::summarise(outcome.experiment, outcome.runs);
  say_what_failed(outcome, summary);
  if (outcome.experiment.status == record::ExperimentStatus::interrupted) {
    fmt::print(stderr, "Interrupted: what was measured until now is kept. To go on:\n  {}\n",
               resume_command(options.program, outcome.experiment, options.store));
  }
  WATTLENS_CHECK(output.write(report::experiment_results(summary, output.format(), output.text())));
  WATTLENS_CHECK(output.finish());
  if (!outcome.storage_failure) say_what_next(plan, outcome, options);
  return exit_code_of(outcome, cancel);
}

}  // namespace

Result<ExitCode> run(const RunOptions& options, const base::Cancellation& cancel) {
  base::SystemClock clock;
  WATTLENS_TRY(Plan plan, options.resume ? Plan{} : plan_of(options));
  WATTLENS_TRY(auto scenario, read_simulated(options.simulate));
  WATTLENS_CHECK(check_wishes(options.settings));
  WATTLENS_TRY(const auto engines, find_engines());
  if (!options.resume) {
    WATTLENS_CHECK(check_names(plan.axes, engines));
    WATTLENS_CHECK(resolve_image_sizes(plan.axes));
  }
  MachineLock lock;
  if (!options.dry_run) {
    WATTLENS_TRY(lock, lock_machine(options, what_is_measured(options, plan), clock, cancel));
  }
  std::optional<experiment::Continuation> continuation;
  if (options.resume) {
    WATTLENS_TRY(const auto store, open_store(options.store, store::Access::read));
    WATTLENS_TRY(continuation, find_interrupted(*store, options, Resumed::plan));
    WATTLENS_TRY(plan, agreed_plan(options, continuation->experiment, engines, clock, cancel));
  }
  WATTLENS_CHECK(resolve_precision(plan.axes, engines, clock, cancel));
  WATTLENS_TRY(Output output, Output::open(options.output));
  WATTLENS_TRY(MachineSettings settings, begin_settings(options, lock, plan, clock));
  record::MachineState machine = machine::read_machine();
  machine.settings = settings.recorded();
  if (options.dry_run) return show_plan(plan, machine, output);
  workload::WorkProgress progress;
  const experiment::WorkloadFactory make = [&](const record::PlanPoint& point) {
    return make_workload(point, engines, machine, plan, options, progress, clock, cancel);
  };
  if (options.check_only) return check_outputs(experiment::plan_points(plan.axes), make, output, cancel);
  Sensors sensors = open_sensors(std::move(scenario), clock, machine,
                                 [&](base::MonoTime time) { return progress.images_until(time); });
  meter::MeterSet& meters = sensors.meters;
  if (continuation) WATTLENS_CHECK(compare_machines(*continuation, machine, meters.channels(), options));
  WATTLENS_TRY(const auto store, open_store(options.store, store::Access::write));
  say_what_energy_is(meters, options);
  say_warnings(lock.warnings);
  experiment::NeighbourHistory neighbours(clock);
  ProgressLine line(stderr);
  const experiment::Instruments instruments{
      .clock = clock,
      .meters = meters,
      .neighbours = {.mark = [&] { neighbours.mark(); },
                     .forget = [&] { neighbours.forget(); },
                     .look = [&] { return neighbours.since_mark(); }},
      .make_workload = make,
      .sink = *store,
      .cancel = cancel,
      .progress = [&](const experiment::Progress& state) { line.show(state); },
      .run_warnings = run_warnings(sensors, lock, settings),
  };
  WATTLENS_TRY(experiment::Outcome outcome,
               continuation ? experiment::resume_experiment(*std::move(continuation), plan, machine, instruments)
                            : experiment::run_experiment(plan, machine, instruments));
  line.clear();
  WATTLENS_CHECK(settings.end(outcome.experiment, *store));
  return conclude(plan, outcome, options, cancel, output);
}

}  // namespace wattlens::cli
