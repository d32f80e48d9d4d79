// What `wattlens meters calibrate` found, as text and as JSON. Pure functions.
#pragma once

#include <string>
#include <vector>

#include "calibration/kept.h"
#include "report/format.h"

namespace wattlens::cli {

struct Calibrated {
  std::string load;
  bool simulated = false;
  std::vector<calibration::KeptCalibration> sensors;
  std::vector<std::string> why_not_kept;  // of each of them; empty where it is kept
  std::vector<std::string> skipped;       // "gpu.0 needs a load …"
};

std::string calibration_text(const Calibrated& calibrated, const report::TextOptions& text);

// Schema "wattlens.calibration/1", docs/calibrate.schema.json.
std::string calibration_json(const Calibrated& calibrated);

}  // namespace wattlens::cli
