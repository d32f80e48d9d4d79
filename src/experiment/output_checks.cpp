#include "experiment/output_checks.h"

namespace wattlens::experiment {
namespace {

Result<record::OutputCheck> checked(workload::Workload& workload) {
  WATTLENS_CHECK(workload.prepare());
  return workload.check_output();
}

}  // namespace

std::vector<record::CheckedPoint> check_outputs(std::span<const record::PlanPoint> points,
                                                const WorkloadFactory& make_workload,
                                                const base::Cancellation& cancellation, const ProgressSink& progress) {
  std::vector<record::CheckedPoint> all;
  for (const record::PlanPoint& point : points) {
    if (cancellation.requested()) break;
    if (progress) {
      progress({.activity = Activity::preparing,
                .point = &point,
                .points = std::ssize(points),
                .prepared = std::ssize(all)});
    }
    const auto workload = make_workload(point);
    auto check = checked(*workload);
    if (!check && check.error().kind == ErrorKind::cancelled) break;
    record::CheckedPoint& found = all.emplace_back();
    found.point = point;
    found.workload = workload->describe();
    if (check) {
      found.check = *std::move(check);
    } else {
      found.failure = std::move(check).error();
    }
  }
  return all;
}

}  // namespace wattlens::experiment
