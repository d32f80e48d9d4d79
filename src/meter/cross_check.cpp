#include "meter/cross_check.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

namespace wattlens::meter {
namespace {

// Two readings of one board are never exactly equal; less than this changes no decision.
constexpr double kLeastDisagreement = 0.02;

const record::Energy* energy_of(const record::Window& window, const std::string& id) {
  const auto found = std::ranges::find(window.channels, id, &record::ChannelEnergy::channel);
  const bool told = found != window.channels.end() && found->gross.value && found->gross.relative;
  return told ? &found->gross : nullptr;
}

}  // namespace

std::vector<record::Warning> cross_check(std::span<const record::Channel> channels, const record::Window& window) {
  std::vector<record::Warning> warnings;
  for (const record::Channel& check : channels) {
    if (check.checks.empty()) continue;
    const record::Energy* power = energy_of(window, check.id);
    const record::Energy* counter = energy_of(window, check.checks);
    if (power == nullptr || counter == nullptr) continue;
    const bool apart = counter->relative->high < power->relative->low || counter->relative->low > power->relative->high;
    const double difference = std::abs((*counter->value - *power->value).value);
    const double smaller = std::min(std::abs(counter->value->value), std::abs(power->value->value));
    if (!apart || difference <= kLeastDisagreement * smaller) continue;
    const auto half = [](const record::Energy& energy) {
      return 0.5 * (energy.relative->high - energy.relative->low).value;
    };
    warnings.push_back(
        {"counter_disagrees", check.checks,
         fmt::format("{}: its counter says {:.4g} ± {:.2g} J, its power added up ({}) {:.4g} ± {:.2g} J", check.checks,
                     counter->value->value, half(*counter), check.method, power->value->value, half(*power)),
         "one of the two is wrong by more than it says: compare with an external meter before trusting either"});
  }
  return warnings;
}

}  // namespace wattlens::meter
