// Whether points were run in one way, so that what is left between them is the network's, the batch's or the policy's.
// Pure and thread-safe.
#pragma once

#include <span>
#include <string_view>

#include "base/result.h"
#include "record/run.h"

namespace wattlens::study {

// Refuses, with usage, points that differ in engine, device, precision, hint, threads, settings or preprocessing, and
// points of one model that differ in image size: it names both values and the flag. `who` looks at them: "--slo".
Result<void> check_one_way(std::span<const record::PlanPoint> points, std::string_view who);

}  // namespace wattlens::study
