#include "cli/list_command.h"

#include <fmt/core.h>

#include <algorithm>

#include "cli/listing_tables.h"
#include "cli/resume.h"
#include "cli/store_path.h"
#include "report/machine_formats.h"

namespace wattlens::cli {
namespace {

bool filters(const store::ListFilter& filter) {
  return !filter.experiment.empty() || !filter.model.empty() || !filter.since.empty() || filter.status;
}

}  // namespace

Result<void> list(const ListOptions& options, Output& output) {
  if (options.filter.limit < 0) return fail(ErrorKind::usage, "--limit is negative", "leave it out for all");
  WATTLENS_TRY(const auto store, open_store(options.store, store::Access::read));
  store::ListFilter filter = options.filter;
  if (!filter.experiment.empty()) {
    WATTLENS_TRY(filter.experiment, store->find_experiment(filter.experiment));
  }
  report::Table table;
  std::string interrupted;  // the newest
  if (options.runs) {
    WATTLENS_TRY(const auto runs, store->list_runs(filter));
    table = runs_table(runs);
  } else {
    WATTLENS_TRY(const auto experiments, store->list_experiments(filter));
    table = experiments_table(experiments);
    const auto found =
        std::ranges::find(experiments, record::ExperimentStatus::interrupted, &store::ExperimentListing::status);
    if (found != experiments.end()) interrupted = found->id;
  }
  if (table.rows.empty() && filters(filter)) {
    return fail(ErrorKind::not_found, "nothing in the store matches", "`wattlens list` without filters shows all");
  }
  WATTLENS_CHECK(output.write(report::in_format(std::move(table), output.format(), output.text(), "wattlens.list/1",
                                                options.runs ? "runs" : "experiments")));
  if (interrupted.empty() || output.format() != report::Format::table) return {};
  WATTLENS_TRY(const record::Experiment experiment, store->load_experiment(interrupted));
  return output.write(fmt::format("\nTo go on with what was interrupted:\n  {}\n",
                                  resume_command("wattlens", experiment, options.store)));
}

}  // namespace wattlens::cli
