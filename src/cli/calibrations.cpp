#include "cli/calibrations.h"

#include <utility>

#include "calibration/kept.h"

namespace wattlens::cli {

base::Path calibrations_file() { return base::user_data_folder() / "calibrations.json"; }

std::vector<record::Warning> use_calibrations(const record::MachineState& machine, meter::MeterSet& meters) {
  std::vector<record::Warning> remarks;
  const auto kept = calibration::read_kept(calibrations_file());
  if (!kept) {
    remarks.push_back({"calibration_not_used", "", kept.error().message, kept.error().hint});
    return remarks;
  }
  meters.describe_anew([&](record::Channel& channel) {
    if (auto remark = calibration::apply_kept(*kept, machine, channel)) remarks.push_back(*std::move(remark));
  });
  return remarks;
}

}  // namespace wattlens::cli
