// The output checks of many points in any format. Pure function.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "record/experiment.h"
#include "report/format.h"

namespace wattlens::report {

inline constexpr std::string_view kChecksSchema = "wattlens.output_checks/1";

// One row per point, grouped by model: what was found, the largest error beside the one that is allowed, whether the
// same class comes first, and what it was compared with. Machine formats: docs/formats.md.
std::string output_checks(std::span<const record::CheckedPoint> points, Format format, const TextOptions& text = {});

}  // namespace wattlens::report
