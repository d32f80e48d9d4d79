// The values of an axis as people write them: "1,2,4", "8-64*2", "resnet50,mobilenet_v2"; and durations and shares.
//
// Errors are of kind usage and quote the part that cannot be read. Pure and thread-safe.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/duration.h"
#include "base/result.h"

namespace wattlens::experiment {

inline constexpr std::size_t kMostAxisValues = 1000;

// Comma-separated parts, each N, A-B (every integer), A-B+S (every S-th) or A-B*F (A, A F, A F^2, ... up to B).
// Values lie in [lowest, highest]; equal ones are kept once, in the order written.
Result<std::vector<std::int64_t>> parse_integer_axis(std::string_view text, std::string_view name, std::int64_t lowest,
                                                     std::int64_t highest);

// Comma-separated words; equal ones are kept once, in the order written.
Result<std::vector<std::string>> parse_word_axis(std::string_view text, std::string_view name);

// Of each setting its name and values, "cpu.governor=performance,powersave": every combination of their values, each as
// PlanPoint::settings has it.
Result<std::vector<std::string>> parse_settings_axis(std::span<const std::string> texts);
// "cpu.governor=powersave+cpu.turbo=off" as single wishes.
std::vector<std::string> split_settings(std::string_view settings);

using base::parse_duration;

// "2%" or "0.02"; in (0, 1].
Result<double> parse_share(std::string_view text, std::string_view name);

}  // namespace wattlens::experiment
