#include "experiment/idle_drift.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace wattlens::experiment {
namespace {

constexpr double kIdleDrift = 0.05;
constexpr record::Watts kLeastPower{1e-3};  // of the relative change's divisor

}  // namespace

std::vector<record::Warning> idle_drift(std::span<const record::IdleBaseline> before,
                                        std::span<const record::IdleBaseline> after, std::string_view when,
                                        std::string_view what) {
  std::vector<record::Warning> warnings;
  for (const record::IdleBaseline& now : after) {
    const auto then = std::ranges::find(before, now.channel, &record::IdleBaseline::channel);
    if (then == before.end()) continue;
    const double change = (now.power - then->power) / std::max(then->power, kLeastPower);
    const bool apart = now.interval.low > then->interval.high || now.interval.high < then->interval.low;
    if (std::abs(change) < kIdleDrift || !apart) continue;
    warnings.push_back({"idle_drift", now.channel,
                        fmt::format("idle power changed by {:+.1f} % from before to {} {}", 100.0 * change, when, what),
                        "let the machine rest before measuring; net energies carry this change"});
  }
  return warnings;
}

}  // namespace wattlens::experiment
