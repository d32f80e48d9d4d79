#include "experiment/stratified_start.h"

#include <algorithm>
#include <cmath>

#include "meter/channel_energy.h"

namespace wattlens::experiment {
namespace {

using base::MonoTime;
using base::Seconds;
using record::Channel;

// The channel that sees least of the time; null where all see all of it.
const Channel* blindest(std::span<const Channel> channels) {
  const Channel* found = nullptr;
  double least = 1.0;
  for (const Channel& channel : channels) {
    if (channel.provenance == record::Provenance::missing || channel.duty.value_or(1.0) >= least) continue;
    least = *channel.duty;
    found = &channel;
  }
  return found;
}

// The middle of the time in which the last update happened.
std::optional<MonoTime> last_update(const record::Samples& samples, std::size_t channel) {
  const auto& values = samples.values[channel];
  for (std::size_t i = samples.size(); i-- > 1;) {
    const bool both = values[i] != record::Samples::kNoReading && values[i - 1] != record::Samples::kNoReading;
    if (both && values[i] != values[i - 1]) return MonoTime{500 * (samples.time_us[i] + samples.time_us[i - 1])};
  }
  return std::nullopt;
}

std::int64_t round_of(const Channel& channel) {
  constexpr double kMostInRound = 10.0;
  constexpr double kWhole = 1e-6;  // 1 / 0.2 is 5
  return static_cast<std::int64_t>(std::min(kMostInRound, std::ceil(1.0 / *channel.duty - kWhole)));
}

}  // namespace

std::int64_t round_of(std::span<const Channel> channels) {
  const Channel* channel = blindest(channels);
  return channel == nullptr ? 1 : round_of(*channel);
}

std::optional<MonoTime> stratified_start(std::span<const Channel> channels, const record::Samples& samples,
                                         std::int64_t index, MonoTime now) {
  const Channel* channel = blindest(channels);
  if (channel == nullptr || !channel->update_period) return std::nullopt;
  const auto place = meter::index_of(samples, channel->id);
  const auto update = place ? last_update(samples, *place) : std::nullopt;
  if (!update) return std::nullopt;
  const Seconds period = *channel->update_period;
  const std::int64_t round = round_of(*channel);
  const Seconds offset = static_cast<double>(index % round) / static_cast<double>(round) * period;
  const double updates = std::ceil((now - (*update + offset)) / period);
  return *update + offset + std::max(0.0, updates) * period;
}

}  // namespace wattlens::experiment
