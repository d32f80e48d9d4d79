#include "audit/claim.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace wattlens::audit {
namespace {

using base::Joules;

std::optional<Joules> twice(const Evidence& evidence) { return evidence.integral * 2.0; }
std::optional<Joules> sum_times_duration(const Evidence& evidence) { return evidence.sum_of_power * evidence.duration; }
std::optional<Joules> sum_alone(const Evidence& evidence) { return Joules{evidence.sum_of_power.value}; }
std::optional<Joules> highest_times_duration(const Evidence& evidence) { return evidence.highest * evidence.duration; }
std::optional<Joules> limit_times_duration(const Evidence& evidence) {
  if (!evidence.limit) return std::nullopt;
  return *evidence.limit * evidence.duration;
}
std::optional<Joules> milli(const Evidence& evidence) { return evidence.integral * 1e3; }
std::optional<Joules> micro(const Evidence& evidence) { return evidence.integral * 1e6; }
std::optional<Joules> kilo(const Evidence& evidence) { return evidence.integral * 1e-3; }
std::optional<Joules> watt_hours(const Evidence& evidence) { return evidence.integral / 3600.0; }
std::optional<Joules> kilowatt_hours(const Evidence& evidence) { return evidence.integral / 3.6e6; }
std::optional<Joules> seconds_as_hours(const Evidence& evidence) { return evidence.integral * 3600.0; }

// A table often leaves out readings at both ends: the sum and the time are then some per cent smaller.
constexpr double kRough = 0.06;
constexpr double kClose = 0.02;

constexpr std::array<KnownFault, 11> kFaults = {{
    {"sum_times_duration", "the sum of all readings of power × the duration", sum_times_duration, kRough},
    {"sum_of_power", "the sum of all readings of power, with no time in it", sum_alone, kClose},
    {"highest_times_duration", "the highest power × the duration", highest_times_duration, kClose},
    {"limit_times_duration", "the power limit × the duration", limit_times_duration, kClose},
    {"unit", "mJ taken for J (× 1000)", milli, kClose},
    {"unit", "µJ taken for J (× 10^6)", micro, kClose},
    {"unit", "kJ taken for J (÷ 1000)", kilo, kClose},
    {"unit", "Wh taken for J (÷ 3600)", watt_hours, kClose},
    {"unit", "kWh taken for J (÷ 3,600,000)", kilowatt_hours, kClose},
    {"unit", "W × hours taken for W × seconds (× 3600)", seconds_as_hours, kClose},
    {"doubled", "counted twice", twice, kClose},
}};

}  // namespace

std::span<const KnownFault> known_faults() { return kFaults; }

std::vector<const KnownFault*> explain(base::Joules claimed, const Evidence& evidence) {
  std::vector<std::pair<double, const KnownFault*>> fitting;
  for (const KnownFault& fault : kFaults) {
    const auto made = fault.makes(evidence);
    if (!made || !(made->value > 0.0) || !(claimed.value > 0.0)) continue;
    const double distance = std::abs(std::log(claimed / *made));
    if (distance <= fault.tolerance) fitting.emplace_back(distance / fault.tolerance, &fault);
  }
  std::ranges::stable_sort(fitting, {}, &std::pair<double, const KnownFault*>::first);
  std::vector<const KnownFault*> faults;
  for (const auto& [distance, fault] : fitting) faults.push_back(fault);
  return faults;
}

}  // namespace wattlens::audit
