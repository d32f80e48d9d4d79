#include "cli/show_command.h"

#include "cli/store_path.h"
#include "report/experiment_report.h"

namespace wattlens::cli {

Result<void> show(const ShowOptions& options, const Summarise& summarise, Output& output) {
  WATTLENS_TRY(const auto store, open_store(options.store, store::Access::read));
  WATTLENS_TRY(const std::string id, store->find_experiment(options.experiment));
  WATTLENS_TRY(const record::Experiment experiment, store->load_experiment(id));
  WATTLENS_TRY(const auto runs, store->load_runs(id, store::WithSamples::no));
  return output.write(report::experiment_in_full(summarise(experiment, runs), output.format(), output.text()));
}

}  // namespace wattlens::cli
