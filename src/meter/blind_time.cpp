#include "meter/blind_time.h"

#include <algorithm>

namespace wattlens::meter {
namespace {

using base::Joules;
using base::Seconds;
using base::Watts;

constexpr double kUniform95 = 0.95;      // a uniform error of half-width 1 lies within 0.95 with 95 % probability
constexpr Watts kMostOfAnyPart{1500.0};  // where the part tells no limit

}  // namespace

Sight sight_of(const record::Channel& channel, const Gauge& gauge, Seconds period, Seconds length) {
  const Looks looks{.period = period,
                    .look = channel.averaging_window.value_or(channel.duty.value_or(1.0) * period),
                    .count = static_cast<std::int64_t>(length / std::max(period, gauge.usual_step)),
                    .period_error = gauge.usual_step / std::max(length, gauge.usual_step)};
  return {.looks = looks, .low = gauge.low, .high = gauge.high};
}

Sight sight_of(const record::Channel& channel, const Track& track, std::int64_t updates) {
  Sight sight;
  const Seconds period = track.edges.size() >= 2 ? track.period : channel.update_period.value_or(Seconds{});
  sight.looks = {.period = period, .look = channel.duty.value_or(1.0) * period, .count = updates, .period_error = 0.0};
  if (track.edges.size() < 2) return sight;
  const Seconds length = track.edges.back().time - track.edges.front().time;
  sight.looks.period_error = (track.edges.front().half_width + track.edges.back().half_width) / length;
  for (std::size_t i = 1; i < track.edges.size(); ++i) {
    const Edge& a = track.edges[i - 1];
    const Edge& b = track.edges[i];
    const Watts power = (b.value - a.value) / (b.time - a.time);
    sight.low = i == 1 ? power : std::min(sight.low, power);
    sight.high = std::max(sight.high, power);
  }
  return sight;
}

void add_blind_time(const record::Channel& channel, Seconds duration, Seconds batch, const Sight& sight,
                    ChannelResult& result) {
  if (channel.duty.value_or(1.0) >= 1.0 || !result.value) return;
  const PhaseCover cover = phase_cover(sight.looks, batch);
  const Watts mean = *result.value / duration;
  const Watts most = channel.largest_power.value_or(kMostOfAnyPart);
  const Watts farthest = std::max(mean, most - mean);
  const Joules error = cover.unseen * (farthest * duration) + cover.uneven * ((sight.high - sight.low) * duration);
  result.spread.add_uniform(error.value / kUniform95);
}

}  // namespace wattlens::meter
