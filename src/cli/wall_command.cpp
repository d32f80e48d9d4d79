#include "cli/wall_command.h"

#include <utility>

#include "cli/store_path.h"
#include "report/wall_report.h"
#include "store/sqlite_store.h"
#include "wall/component_power.h"
#include "wall/reconciliation.h"

namespace wattlens::cli {
namespace {

// How far the meter's clock is ahead of the machine's.
std::optional<base::Seconds> clock_ahead(const wall::MeterTrace& meter, const wall::ExperimentPower& components,
                                         base::Seconds shift) {
  if (!meter.since_1970 || !components.began_at) return std::nullopt;
  const double apart = static_cast<double>(meter.begin_ns - *components.began_at) * 1e-9;
  return base::Seconds{apart + shift.value};
}

}  // namespace

Result<ExitCode> wall_meter(const WallOptions& options) {
  WATTLENS_TRY(Output output, Output::open(options.output));
  WATTLENS_TRY(const wall::MeterTrace meter, wall::read_meter(options.meter, options.reading));
  WATTLENS_TRY(const auto store, open_store(options.store, store::Access::read));
  WATTLENS_TRY(const std::string id, store->find_experiment(options.experiment));
  WATTLENS_TRY(const record::Experiment experiment, store->load_experiment(id));
  WATTLENS_TRY(const auto runs, store->load_runs(id, store::WithSamples::yes));
  WATTLENS_TRY(const wall::ExperimentPower components, wall::experiment_power(experiment, runs));
  WATTLENS_TRY(wall::Reconciliation found, wall::reconcile(components.power, meter));
  const base::Seconds shift = found.alignment.shift.value;
  const report::WallReport report{.meter = options.meter.string(),
                                  .experiment = id,
                                  .sums = components.sums,
                                  .leaves_out = components.leaves_out,
                                  .modelled = components.modelled,
                                  .found = std::move(found),
                                  .clock_ahead = clock_ahead(meter, components, shift)};
  const auto format = output.format();
  WATTLENS_CHECK(output.write(format == report::Format::json ? base::to_pretty_text(report::wall_json(report)) + "\n"
                              : format == report::Format::markdown
                                  ? report::to_markdown(report::wall_page(report))
                                  : report::to_terminal(report::wall_page(report), output.text())));
  WATTLENS_CHECK(output.finish());
  return ExitCode::done;
}

}  // namespace wattlens::cli
