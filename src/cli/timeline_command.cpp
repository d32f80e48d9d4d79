#include "cli/timeline_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <utility>

#include "base/text.h"
#include "cli/bench.h"
#include "cli/dry_run.h"
#include "cli/engines.h"
#include "cli/image_sizes.h"
#include "cli/plot_output.h"
#include "cli/resume.h"
#include "cli/run_plan.h"
#include "cli/store_path.h"
#include "experiment/prediction.h"
#include "experiment/summary.h"
#include "machine/machine.h"
#include "report/timeline_report.h"
#include "study/one_way.h"
#include "study/timeline.h"

namespace wattlens::cli {
namespace {

using study::PublishedModel;

// Those of the paper, those asked for, and all others that are published: a stored experiment may have them.
Result<std::vector<PublishedModel>> facts_of(const TimelineOptions& options, std::vector<std::string>& models) {
  WATTLENS_TRY(const auto published, study::published_models());
  std::vector<PublishedModel> facts;
  models = study::timeline_networks();
  for (const std::string& text : options.models) {
    for (const std::string_view one : base::split(text, ',')) {
      WATTLENS_TRY(PublishedModel fact, study::published_model(base::trim(one), published));
      if (std::ranges::find(models, fact.model) == models.end()) models.push_back(fact.model);
      facts.push_back(std::move(fact));
    }
  }
  // The user's own facts come first: they win.
  facts.insert(facts.end(), published.begin(), published.end());
  return facts;
}

// Batch 1, and one more to have a better one; whatever the user says wins.
RunOptions run_options(const TimelineOptions& options, const std::vector<std::string>& models) {
  RunOptions run = options.run;
  run.models = base::join(models, ",");
  if (!run.batches) run.batches = "1,8";
  if (!run.title) run.title = std::string(study::kTimelineTitle);
  return run;
}

struct Outputs {
  Output text;
  PlotOutput plot;
};

Result<ExitCode> report(const record::ExperimentSummary& summary, const std::vector<PublishedModel>& facts,
                        Outputs& outputs) {
  WATTLENS_TRY(const record::Timeline timeline, study::analyse_timeline(summary, facts));
  Output& output = outputs.text;
  WATTLENS_CHECK(output.write(report::timeline_text(timeline, output.format(), output.text())));
  WATTLENS_CHECK(output.finish());
  if (outputs.plot.wanted()) {
    WATTLENS_CHECK(outputs.plot.write(report::timeline_plot(timeline), {&timeline.experiment, 1}));
  }
  return timeline.left_out.empty() ? ExitCode::done : ExitCode::some_runs_failed;
}

Result<ExitCode> from_store(const TimelineOptions& options, const std::vector<PublishedModel>& facts,
                            Outputs& outputs) {
  WATTLENS_TRY(const auto store, open_store(options.run.store, store::Access::read));
  WATTLENS_TRY(const std::string id, store->find_experiment(*options.from));
  WATTLENS_TRY(const record::Experiment experiment, store->load_experiment(id));
  WATTLENS_TRY(const auto runs, store->load_runs(id, store::WithSamples::no));
  WATTLENS_TRY(const ExitCode code, report(experiment::summarise(experiment, runs), facts, outputs));
  // What the stored experiment lacks was known before: the analysis itself is done.
  return code == ExitCode::some_runs_failed ? ExitCode::done : code;
}

Result<ExitCode> show_plan(const experiment::Plan& plan, Output& output) {
  const record::MachineState machine = machine::read_machine();
  const auto guesses = guess_batch_times(experiment::plan_points(plan.axes), machine);
  WATTLENS_CHECK(output.write(dry_run_text(plan, experiment::predict(plan, guesses), output.format())));
  WATTLENS_CHECK(output.finish());
  return ExitCode::done;
}

void say_how_to_go_on(const record::Experiment& experiment, const RunOptions& run) {
  const std::string where = run.store.empty() ? "" : fmt::format(" --store {}", run.store.string());
  if (experiment.status == record::ExperimentStatus::interrupted) {
    fmt::print(stderr, "Interrupted: what was measured until now is kept. To go on:\n  {} run --resume {}{}\n",
               run.program, experiment.id, where);
  }
  fmt::print(stderr, "\nStored as {}; analyse it again: {} study timeline --from {}{}\n", experiment.id, run.program,
             experiment.id, where);
}

}  // namespace

Result<ExitCode> study_timeline(const TimelineOptions& options, const base::Cancellation& cancel) {
  constexpr std::string_view kWhat = "study timeline";
  std::vector<std::string> models;
  WATTLENS_TRY(const auto facts, facts_of(options, models));
  const RunOptions run = run_options(options, models);
  WATTLENS_TRY(Output text, Output::open(run.output));
  WATTLENS_TRY(PlotOutput plot, PlotOutput::open(run.plot, run.output));
  Outputs outputs{std::move(text), std::move(plot)};
  if (options.from) return from_store(options, facts, outputs);
  Bench bench;
  WATTLENS_TRY(experiment::Plan plan, plan_of(run));
  WATTLENS_TRY(auto scenario, read_simulated(run.simulate));
  WATTLENS_CHECK(check_wishes(run.settings));
  WATTLENS_TRY(bench.engines, find_engines());
  WATTLENS_CHECK(check_names(plan.axes, bench.engines));
  WATTLENS_CHECK(resolve_image_sizes(plan.axes));
  WATTLENS_CHECK(study::check_one_way(experiment::plan_points(plan.axes), "the timeline"));
  if (!run.dry_run) WATTLENS_CHECK(take_machine(bench, run, kWhat, cancel));
  WATTLENS_CHECK(resolve_precision(plan.axes, bench.engines, bench.clock, cancel));
  if (run.dry_run) return show_plan(plan, outputs.text);
  WATTLENS_CHECK(open_bench(bench, run, std::move(scenario), kWhat));
  say_what_energy_is(bench, run);
  WATTLENS_TRY(experiment::Outcome outcome, measure(bench, plan, run, cancel));
  WATTLENS_CHECK(give_back(bench, outcome.experiment));
  const Result<ExitCode> code = report(experiment::summarise(outcome.experiment, outcome.runs), facts, outputs);
  if (outcome.storage_failure) return std::unexpected(*outcome.storage_failure);
  say_how_to_go_on(outcome.experiment, run);
  if (code && cancel.requested()) return ExitCode::some_runs_failed;
  return code;
}

}  // namespace wattlens::cli
