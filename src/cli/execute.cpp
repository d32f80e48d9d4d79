#include <fmt/format.h>

#include "cli/batching_command.h"
#include "cli/command_line.h"
#include "cli/compare_command.h"
#include "cli/measure_command.h"
#include "cli/optimise_command.h"
#include "cli/run_command.h"
#include "cli/timeline_command.h"
#include "experiment/summary.h"

namespace wattlens::cli {
namespace {

// Opens the output before the work and finishes it after.
template <class Work>
Result<ExitCode> with_output(const OutputOptions& options, Work work) {
  WATTLENS_TRY(Output output, Output::open(options));
  WATTLENS_CHECK(work(output));
  WATTLENS_CHECK(output.finish());
  return ExitCode::done;
}

struct Executor {
  const base::Cancellation& cancel;

  Result<ExitCode> operator()(const DoctorOptions& options) const { return doctor(options, cancel); }
  Result<ExitCode> operator()(const MeasureOptions& options) const { return measure(options, cancel); }
  Result<ExitCode> operator()(const RunOptions& options) const { return run(options, cancel); }
  Result<ExitCode> operator()(const CompareOptions& options) const { return compare(options, cancel); }
  Result<ExitCode> operator()(const BatchingOptions& options) const { return study_batching(options, cancel); }
  Result<ExitCode> operator()(const TimelineOptions& options) const { return study_timeline(options, cancel); }
  Result<ExitCode> operator()(const OptimiseOptions& options) const { return optimise(options, cancel); }
  Result<ExitCode> operator()(const MetersListOptions& options) const { return meters_list(options, cancel); }
  Result<ExitCode> operator()(const MetersWatchOptions& options) const { return meters_watch(options, cancel); }
  Result<ExitCode> operator()(const AuditOptions& options) const { return audit_logs(options); }
  Result<ExitCode> operator()(const WallOptions& options) const { return wall_meter(options); }
  Result<ExitCode> operator()(const SettingsListOptions& options) const { return settings_list(options); }
  Result<ExitCode> operator()(const SettingsRestoreOptions& options) const { return settings_restore(options); }
  Result<ExitCode> operator()(const CalibrateOptions& options) const { return meters_calibrate(options, cancel); }
  Result<ExitCode> operator()(const ListOptions& options) const {
    return with_output(options.output, [&](Output& output) { return list(options, output); });
  }
  Result<ExitCode> operator()(const ShowOptions& options) const {
    return with_output(options.output, [&](Output& output) { return show(options, experiment::summarise, output); });
  }
  Result<ExitCode> operator()(const ExportOptions& options) const {
    return with_output(options.output,
                       [&](Output& output) { return export_experiment(options, experiment::summarise, output); });
  }
  Result<ExitCode> operator()(const ExportBundleOptions& options) const {
    WATTLENS_CHECK(export_bundle(options, cancel));
    return ExitCode::done;
  }
  Result<ExitCode> operator()(const ImportBundleOptions& options) const {
    return with_output(options.output, [&](Output& output) { return import_bundle(options, cancel, output); });
  }
  Result<ExitCode> operator()(const RecordOptions& options) const {
    WATTLENS_CHECK(record_machine(options, cancel));
    return ExitCode::done;
  }
  Result<ExitCode> operator()(const NetworkListOptions& options) const {
    return with_output(options.output, [&](Output& output) { return network_list(options, output); });
  }
  Result<ExitCode> operator()(const NetworkShowOptions& options) const {
    return with_output(options.output, [&](Output& output) { return network_show(options, cancel, output); });
  }
  Result<ExitCode> operator()(const NetworkExportOptions& options) const {
    WATTLENS_TRY(const std::string written, network_export(options));
    fmt::print(stderr, "{}", written);
    return ExitCode::done;
  }
};

}  // namespace

Result<ExitCode> execute(const Command& command, const base::Cancellation& cancel) {
  return std::visit(Executor{cancel}, command);
}

}  // namespace wattlens::cli
