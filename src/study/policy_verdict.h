// Whether a measured policy keeps the limits for which it was chosen. Pure and thread-safe.
#pragma once

#include <span>

#include "record/policy_search.h"
#include "serving/slo.h"

namespace wattlens::study {

// A point that served no requests keeps nothing.
record::MeasuredPolicy held_against(record::PointSummary point, std::span<const serving::ResponseLimit> limits);

}  // namespace wattlens::study
