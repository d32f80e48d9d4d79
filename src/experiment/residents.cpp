#include "experiment/residents.h"

#include <fmt/format.h>

#include <algorithm>

#include "experiment/serving.h"

namespace wattlens::experiment {
namespace {

Error failed_check(const record::OutputCheck& check) {
  std::string message = "the engine's output is wrong, so nothing was timed";
  if (check.error && check.tolerance) {
    message += fmt::format(": it differs from {} by {:.2g} of the largest value, {:.2g} is allowed", check.reference,
                           *check.error, *check.tolerance);
  } else if (!check.reference.empty()) {
    message += ": " + check.reference;
  }
  return {ErrorKind::run_failed, std::move(message), "try another precision or another version of the engine"};
}

Result<void> prepare(Resident& resident) {
  WATTLENS_CHECK(resident.workload->prepare());
  resident.preparation = resident.workload->preparation();
  WATTLENS_TRY(resident.check, resident.workload->check_output());
  return {};
}

}  // namespace

Result<Resident*> Residents::acquire(const record::PlanPoint& point, record::OutputCheck& check) {
  const std::string id = compiled_id(point);
  if (const auto found = std::ranges::find(residents_, id, &Resident::compiled); found != residents_.end()) {
    residents_.splice(residents_.begin(), residents_, found);
    check = found->check;
    return &residents_.front();
  }
  Resident resident{id, make_(point), {}, {}};
  Result<void> prepared = prepare(resident);
  if (!prepared && prepared.error().kind == ErrorKind::run_failed && !residents_.empty()) {
    // It may be the memory that the others hold.
    residents_.clear();
    resident.workload = make_(point);
    prepared = prepare(resident);
  }
  if (!prepared) return std::unexpected(prepared.error());
  check = resident.check;
  if (check.status == record::CheckStatus::failed) return std::unexpected(failed_check(check));
  if (measure_) measure_(point, resident.preparation);
  residents_.push_front(std::move(resident));
  make_room();
  return &residents_.front();
}

void Residents::drop(const record::PlanPoint& point) {
  residents_.remove_if([id = compiled_id(point)](const Resident& resident) { return resident.compiled == id; });
}

void Residents::make_room() {
  const auto used = [&] {
    base::Bytes sum;
    for (const Resident& resident : residents_) {
      sum += resident.workload->describe().peak_memory.value_or(base::Bytes{});
    }
    return sum;
  };
  while (residents_.size() > 1 && (residents_.size() > kMostResidents || used() > memory_)) residents_.pop_back();
}

}  // namespace wattlens::experiment
