#include "cli/batching_command.h"

#include <fmt/format.h>

#include <utility>

#include "base/text.h"
#include "cli/arrivals_axis.h"
#include "cli/policy_search.h"
#include "cli/run_command.h"
#include "cli/store_path.h"
#include "experiment/axis.h"
#include "experiment/summary.h"
#include "report/batching_plot.h"
#include "report/batching_report.h"
#include "study/batching.h"

namespace wattlens::cli {
namespace {

std::string batching_results(record::ExperimentSummary summary, report::Format format,
                             const report::TextOptions& text) {
  return report::batching_text(study::analyse_batching(std::move(summary)), format, text);
}

Result<experiment::Plan> with_requests(const BatchingOptions& options, experiment::Plan plan) {
  WATTLENS_TRY(plan.axes.arrivals, arrivals_axis(options.arrivals, options.rates));
  if (options.policies) {
    WATTLENS_TRY(plan.axes.policies, experiment::parse_word_axis(*options.policies, "policy"));
  }
  plan.axes.requests = options.requests.value_or(plan.axes.requests);
  plan = study::batching_plan(std::move(plan));
  WATTLENS_CHECK(experiment::check(plan));
  return plan;
}

Result<ExitCode> analyse_stored(const BatchingOptions& options) {
  WATTLENS_TRY(Output output, Output::open(options.run.output));
  WATTLENS_TRY(PlotOutput plot, PlotOutput::open(options.run.plot, options.run.output));
  WATTLENS_TRY(const auto store, open_store(options.run.store, store::Access::read));
  WATTLENS_TRY(const std::string id, store->find_experiment(*options.from));
  WATTLENS_TRY(const record::Experiment experiment, store->load_experiment(id));
  WATTLENS_TRY(const auto runs, store->load_runs(id, store::WithSamples::no));
  record::ExperimentSummary summary = experiment::summarise(experiment, runs);
  if (experiment.points.empty() || experiment.points.front().policy.empty()) {
    return fail(ErrorKind::usage, fmt::format("experiment {} served no requests", id),
                "name one that `wattlens study batching` measured: wattlens list");
  }
  const record::BatchingStudy study = study::analyse_batching(std::move(summary));
  WATTLENS_CHECK(output.write(report::batching_text(study, output.format(), output.text())));
  WATTLENS_CHECK(output.finish());
  if (plot.wanted()) WATTLENS_CHECK(plot.write(report::batching_plot(study.summary), {&id, 1}));
  return ExitCode::done;
}

}  // namespace

Result<ExitCode> study_batching(const BatchingOptions& options, const base::Cancellation& cancel) {
  if (options.from) return analyse_stored(options);
  BatchingOptions asked = options;
  if (!asked.run.models) asked.run.models = base::join(study::batching_networks(), ",");
  if (!asked.run.precisions) asked.run.precisions = "auto";
  if (asked.slo) return search_policy(asked, cancel);
  return run(asked.run, cancel,
             {.complete = [&](experiment::Plan plan) { return with_requests(asked, std::move(plan)); },
              .results = batching_results});
}

}  // namespace wattlens::cli
