#include "cli/show_command.h"

#include "cli/store_path.h"
#include "report/experiment_report.h"
#include "report/plots.h"

namespace wattlens::cli {

Result<void> show(const ShowOptions& options, const Summarise& summarise, Output& output) {
  WATTLENS_TRY(PlotOutput plot, PlotOutput::open(options.plot, options.output));
  WATTLENS_TRY(const auto store, open_store(options.store, store::Access::read));
  WATTLENS_TRY(const std::string id, store->find_experiment(options.experiment));
  WATTLENS_TRY(const record::Experiment experiment, store->load_experiment(id));
  WATTLENS_TRY(const auto runs, store->load_runs(id, store::WithSamples::no));
  const record::ExperimentSummary summary = summarise(experiment, runs);
  WATTLENS_CHECK(output.write(report::experiment_in_full(summary, output.format(), output.text())));
  return plot.wanted() ? plot.write(report::experiment_plot(summary), {&id, 1}) : Result<void>();
}

}  // namespace wattlens::cli
