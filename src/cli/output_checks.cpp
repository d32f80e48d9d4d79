#include "cli/output_checks.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstdio>

#include "cli/progress_line.h"
#include "experiment/output_checks.h"
#include "report/check_table.h"

namespace wattlens::cli {

Result<ExitCode> check_outputs(std::span<const record::PlanPoint> points,
                               const experiment::WorkloadFactory& make_workload, Output& output,
                               const base::Cancellation& cancellation) {
  ProgressLine progress(stderr);
  const auto checked = experiment::check_outputs(points, make_workload, cancellation,
                                                 [&](const experiment::Progress& state) { progress.show(state); });
  progress.clear();
  if (checked.size() < points.size()) {
    fmt::print(stderr, "Interrupted: {} of {} points were checked.\n", checked.size(), points.size());
  }
  WATTLENS_CHECK(output.write(report::output_checks(checked, output.format(), output.text())));
  WATTLENS_CHECK(output.finish());
  const bool good = checked.size() == points.size() && std::ranges::none_of(checked, [](const auto& point) {
                      return point.failure || point.check.status == record::CheckStatus::failed;
                    });
  return good ? ExitCode::done : ExitCode::some_runs_failed;
}

}  // namespace wattlens::cli
