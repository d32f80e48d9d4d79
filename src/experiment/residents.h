// Compiled models that stay in memory between repetitions, so that each is prepared once.
#pragma once

#include <functional>
#include <list>
#include <memory>
#include <string>
#include <vector>

#include "base/units.h"
#include "record/run.h"
#include "workload/workload.h"

namespace wattlens::experiment {

using WorkloadFactory = std::function<std::unique_ptr<workload::Workload>(const record::PlanPoint&)>;

// A workload that is ready to run, and what its check said.
struct Resident {
  std::string compiled;  // compiled_id() of the points that it serves
  std::unique_ptr<workload::Workload> workload;
  record::OutputCheck check;
  std::vector<record::Phase> preparation;
};

// Called once for each workload that was made ready, with its point and its steps; fills in their energies.
using PreparationMeter = std::function<void(const record::PlanPoint&, std::vector<record::Phase>&)>;

// Each holds a process and a few file descriptors of ours.
inline constexpr std::size_t kMostResidents = 64;

// Holds workloads up to a sum of their peak memories; the one used longest ago goes first, the last one never. One that
// cannot be prepared beside the others is tried once more alone.
// Not thread-safe.
class Residents {
 public:
  // `measure` may be empty.
  Residents(WorkloadFactory make, base::Bytes memory, PreparationMeter measure = {})
      : make_(std::move(make)), memory_(memory), measure_(std::move(measure)) {}

  // The workload of the point, made, prepared and checked when it is not there. A failed output check is an error of
  // kind run_failed whose numbers are in `check`. The reference is good until the next call.
  Result<Resident*> acquire(const record::PlanPoint& point, record::OutputCheck& check);
  void drop(const record::PlanPoint& point);
  void clear() { residents_.clear(); }
  std::size_t size() const { return residents_.size(); }

 private:
  void make_room();

  WorkloadFactory make_;
  base::Bytes memory_;
  PreparationMeter measure_;
  std::list<Resident> residents_;  // the last one used is at the front
};

}  // namespace wattlens::experiment
