#include "meter/region_energies.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <utility>

#include "meter/blind_time.h"
#include "meter/edges.h"
#include "meter/gauge_energy.h"
#include "meter/gauge_readings.h"

namespace wattlens::meter {
namespace {

using base::Joules;
using base::MonoTime;
using base::Seconds;
using base::Watts;
using record::Channel;
using record::Samples;

constexpr Seconds kBrief{0.0002};    // windows shorter than this are below all sensors: counted, not worked out
constexpr double kMostBrief = 0.05;  // of a region's time, before its energy cannot be told
constexpr Seconds kUnknown{0.5};     // update period of a sensor of which nothing is known
constexpr double kPeriods = 3.5;     // around a moment that must have been seen
constexpr Seconds kLeastPatience{0.05};
constexpr Seconds kMostPatience{10.0};
constexpr Seconds kTickHalf{0.005};  // the load model's times are the kernel's ticks
constexpr double kGap = 5.0;         // periods, or steps of 20 ms, without a reading of a gauge
constexpr Seconds kStep{0.02};
constexpr double kSeesAll = 0.9;  // of the update period: the averaging window of a gauge that misses nothing

MonoTime time_of(std::int64_t time_us) { return {time_us * 1000}; }

// The sum of so many moments' errors of one sign each: as wide as a single one of their sum where they keep step with
// the sensor, else narrower by the root of how many fall independently.
void add_phase(Joules sum, double independent, Spread& spread) {
  if (independent < 2.0) {
    spread.add_uniform(sum.value);
  } else {
    spread.add_normal(sum.value / std::sqrt(3.0 * independent));
  }
}

}  // namespace

void RegionEnergies::Rhythm::add(MonoTime time, Seconds period) {
  if (last.ns != 0 && period > Seconds{}) {
    sum += std::polar(1.0, 2.0 * std::numbers::pi * std::fmod((time - last) / period, 1.0));
    ++steps;
  }
  last = time;
}

// The phases of successive moments are correlated by |mean|: that of a chain with this correlation.
double RegionEnergies::Rhythm::independent(std::int64_t count) const {
  if (steps < 2) return 1.0;
  const double chance = 2.0 / std::sqrt(static_cast<double>(steps));
  const double correlation = std::min(1.0, std::abs(sum) / static_cast<double>(steps) + chance);
  return std::max(1.0, static_cast<double>(count) * (1.0 - correlation) / (1.0 + correlation));
}

RegionEnergies::RegionEnergies(std::span<const Channel> channels)
    : channels_(channels.begin(), channels.end()), seen_(channels.size()) {
  for (std::size_t c = 0; c < channels_.size(); ++c) {
    samples_.channels.push_back(channels_[c].id);
    seen_[c].period = channels_[c].update_period.value_or(Seconds{});
  }
  samples_.values.resize(channels_.size());
}

RegionEnergies::Slot RegionEnergies::begin(MonoTime time) {
  if (free_.empty()) {
    free_.push_back(static_cast<Slot>(open_.size()));
    open_.emplace_back();
  }
  const Slot slot = free_.back();
  free_.pop_back();
  open_[slot].begin = time;
  open_[slot].state = Open::State::open;
  moments_.push_back({time, slot, false});
  return slot;
}

// Frees a slot at once where nothing waits for it, else when its begin is worked out.
void RegionEnergies::drop(Slot slot) {
  Open& open = open_[slot];
  const bool newest = !moments_.empty() && moments_.back().slot == slot && !moments_.back().is_end;
  if (newest) moments_.pop_back();
  if (newest || open.begin_known) {
    release(slot);
  } else {
    open.state = Open::State::left_out;
  }
}

void RegionEnergies::release(Slot slot) {
  open_[slot] = {};
  free_.push_back(slot);
}

void RegionEnergies::end(Slot slot, MonoTime time, std::size_t region) {
  Open& open = open_[slot];
  if (time - open.begin < kBrief) {
    add_brief(region, time - open.begin);
    drop(slot);
    return;
  }
  open.end = time;
  open.region = region;
  open.state = Open::State::ended;
  moments_.push_back({time, slot, true});
}

RegionEnergies::Sum& RegionEnergies::sum_of(std::size_t region, std::size_t channel) {
  const std::size_t needed = (region + 1) * channels_.size();
  if (sums_.size() < needed) sums_.resize(needed);
  return sums_[region * channels_.size() + channel];
}

void RegionEnergies::add_brief(std::size_t region, Seconds duration) {
  for (std::size_t c = 0; c < channels_.size(); ++c) sum_of(region, c).brief += duration;
}

// How long after a moment its surroundings are known.
Seconds RegionEnergies::patience() const {
  Seconds longest = kLeastPatience;
  for (std::size_t c = 0; c < channels_.size(); ++c) {
    const Channel& channel = channels_[c];
    if (channel.provenance == record::Provenance::missing) continue;
    const Seconds period = seen_[c].period > Seconds{} ? seen_[c].period : kUnknown;
    longest = std::max(
        longest, channel.lag.value_or(Seconds{}) + channel.averaging_window.value_or(Seconds{}) + kPeriods * period);
  }
  return std::min(longest, kMostPatience);
}

void RegionEnergies::follow(std::size_t channel, std::int64_t value, std::int64_t time_us) {
  Seen& seen = seen_[channel];
  const Seconds step = time_of(time_us) - time_of(seen.last_us);
  bool lost = false;
  if (channels_[channel].kind == record::ChannelKind::power) {
    const Watts power{static_cast<double>(value) * 1e-6};
    seen.low = seen.any ? std::min(seen.low, power) : power;
    seen.high = seen.any ? std::max(seen.high, power) : power;
    if (seen.last) {
      const Watts before{static_cast<double>(*seen.last) * 1e-6};
      const double change = (power - before).value;
      seen.squares += change * change;
      seen.changes += value != *seen.last ? 1 : 0;
      seen.integral += 0.5 * (power + before) * step;
      lost = step > kGap * std::max(seen.period, kStep);
    }
  } else {
    lost = seen.last && value < *seen.last;
  }
  if (lost) {
    ++seen.losses;
    seen.recent_losses_us.push_back(time_us);
  }
  seen.any = true;
  seen.last = value;
  seen.last_us = time_us;
}

void RegionEnergies::append(const Samples& samples, std::size_t row) {
  samples_.time_us.push_back(samples.time_us[row]);
  samples_.bracket_us.push_back(samples.bracket_us[row]);
  for (std::size_t c = 0; c < channels_.size(); ++c) {
    const auto index = index_of(samples, channels_[c].id);
    const std::int64_t value = index ? samples.values[*index][row] : Samples::kNoReading;
    samples_.values[c].push_back(value);
    if (value != Samples::kNoReading) follow(c, value, samples.time_us[row]);
    seen_[c].integrals.push_back(seen_[c].integral);
  }
  last_us_ = samples.time_us[row];
}

void RegionEnergies::take(const Samples& samples) {
  const auto first = std::ranges::upper_bound(samples.time_us, last_us_);
  for (auto row = static_cast<std::size_t>(first - samples.time_us.begin()); row < samples.size(); ++row) {
    append(samples, row);
  }
  if (samples_.size() == 0) return;
  const MonoTime until = time_of(last_us_) - patience();
  const bool any = std::ranges::any_of(moments_, [&](const Moment& moment) { return moment.time <= until; });
  if (any) settle(until);
  trim();
}

void RegionEnergies::finish() { settle(MonoTime{std::numeric_limits<std::int64_t>::max()}); }

std::vector<std::int64_t> RegionEnergies::losses_until(MonoTime time) const {
  std::vector<std::int64_t> losses;
  for (const Seen& seen : seen_) {
    const auto& recent = seen.recent_losses_us;
    const auto later = recent.end() - std::ranges::upper_bound(recent, time.ns / 1000);
    losses.push_back(seen.losses - static_cast<std::int64_t>(later));
  }
  return losses;
}

RegionEnergies::Cuts RegionEnergies::cuts_at(MonoTime time, std::span<const Track> tracks,
                                             std::span<const Gauge> gauges,
                                             std::span<const std::vector<Joules>> integrals) const {
  Cuts cuts(channels_.size());
  for (std::size_t c = 0; c < channels_.size(); ++c) {
    const Channel& channel = channels_[c];
    if (!alive(c)) continue;
    if (is_gauge(c)) {
      const Seconds period = std::max(seen_[c].period, gauges[c].usual_step);
      cuts[c] = cut_at_mark(channel, gauges[c], integrals[c], time - time_of(samples_.time_us.front()), period);
    } else {
      cuts[c] = cut_at_mark(tracks[c], time + channel.lag.value_or(Seconds{}) - tracks[c].origin);
    }
  }
  return cuts;
}

void RegionEnergies::settle(MonoTime until) {
  std::vector<Track> tracks(channels_.size());
  std::vector<Gauge> gauges(channels_.size());
  std::vector<std::vector<Joules>> integrals(channels_.size());
  for (std::size_t c = 0; c < channels_.size() && samples_.size() > 0; ++c) {
    const MonoTime origin = time_of(samples_.time_us.front());
    if (!alive(c)) continue;
    if (is_gauge(c)) {
      gauges[c] = read_gauge(samples_, c, origin);
      if (seen_[c].period <= Seconds{}) seen_[c].period = gauges[c].update_period;
      for (std::size_t i = 0; i < samples_.size(); ++i) {
        if (samples_.values[c][i] != Samples::kNoReading) integrals[c].push_back(seen_[c].integrals[i]);
      }
      continue;
    }
    tracks[c] = find_edges(channels_[c], samples_, c, origin, time_of(last_us_));
    // A model counts from its first reading, and is not waited for before a command.
    const bool from_its_begin = channels_[c].kind == record::ChannelKind::model && !trimmed_ && tracks[c].any_reading;
    if (from_its_begin) {
      const auto first = std::ranges::find_if(samples_.values[c], [](auto v) { return v != Samples::kNoReading; });
      const Joules value{static_cast<double>(*first) * 1e-6};
      tracks[c].edges.insert(tracks[c].edges.begin(), {tracks[c].first_reading, kTickHalf, value});
    }
    Seen& seen = seen_[c];
    seen.period = std::max(channels_[c].update_period.value_or(Seconds{}), tracks[c].period);
    seen.quantum = tracks[c].quantum;
    const Sight sight = sight_of(channels_[c], tracks[c], 0);
    seen.low = std::min(seen.low, sight.low);
    seen.high = std::max(seen.high, sight.high);
  }
  std::vector<Moment> later;
  for (const Moment& moment : moments_) {
    Open& open = open_[moment.slot];
    if (moment.time > until) {
      later.push_back(moment);
    } else if (open.state == Open::State::left_out) {
      release(moment.slot);
    } else if (moment.is_end) {
      add_window(open, cuts_at(moment.time, tracks, gauges, integrals));
      release(moment.slot);
    } else {
      open.at_begin = cuts_at(moment.time, tracks, gauges, integrals);
      open.losses = losses_until(moment.time);
      open.begin_known = true;
    }
  }
  moments_ = std::move(later);
}

void RegionEnergies::add_window(const Open& open, const Cuts& at_end) {
  const Seconds duration = open.end - open.begin;
  const auto losses = losses_until(open.end);
  for (std::size_t c = 0; c < channels_.size(); ++c) {
    Sum& sum = sum_of(open.region, c);
    const Channel& channel = channels_[c];
    // A gauge that averages over longer than the window shows others' power.
    const bool blurred = is_gauge(c) && duration < channel.averaging_window.value_or(Seconds{}) + seen_[c].period;
    if (!open.begin_known || !open.at_begin[c] || !at_end[c] || blurred) {
      sum.brief += duration;
    } else if (losses[c] != open.losses[c]) {
      ++sum.losses;
    } else {
      add_to(sum, c, open, *at_end[c]);
    }
  }
}

void RegionEnergies::add_to(Sum& sum, std::size_t channel, const Open& open, const MarkCut& at_end) const {
  const MarkCut& at_begin = *open.at_begin[channel];
  const Seconds duration = open.end - open.begin;
  Joules value = at_end.value - at_begin.value;
  if (is_gauge(channel) || (at_begin.after <= duration && at_end.before <= duration)) {
    sum.bias += at_begin.bias + at_end.bias;
  } else {
    // The sensor did not show the power inside the window: only what it counted around it is known.
    const Joules least = std::max(Joules{}, at_end.below - at_begin.above);
    const Joules most = std::max(least, at_end.above - at_begin.below);
    value = std::clamp(value, least, most);
    sum.bias += std::max(value - least, most - value);
  }
  sum.value += value;
  sum.begin_phase += at_begin.phase;
  sum.end_phase += at_end.phase;
  sum.time += duration;
  ++sum.windows;
  sum.begins.add(open.begin, seen_[channel].period);
  sum.ends.add(open.end, seen_[channel].period);
}

// Keeps the samples around the moments that wait, and enough before the next one.
void RegionEnergies::trim() {
  MonoTime oldest = time_of(last_us_);
  for (const Moment& moment : moments_) oldest = std::min(oldest, moment.time);
  const std::int64_t from_us = (oldest - 2.0 * patience() - kUnknown).ns / 1000;
  const auto first = std::ranges::lower_bound(samples_.time_us, from_us) - samples_.time_us.begin();
  // Not for every few samples.
  if (first == 0 || static_cast<std::size_t>(first) * 2 < samples_.size()) return;
  trimmed_ = true;
  samples_.time_us.erase(samples_.time_us.begin(), samples_.time_us.begin() + first);
  samples_.bracket_us.erase(samples_.bracket_us.begin(), samples_.bracket_us.begin() + first);
  for (auto& column : samples_.values) column.erase(column.begin(), column.begin() + first);
  for (Seen& seen : seen_) {
    seen.integrals.erase(seen.integrals.begin(), seen.integrals.begin() + first);
    std::erase_if(seen.recent_losses_us, [&](std::int64_t time_us) { return time_us < from_us; });
  }
}

ChannelResult RegionEnergies::result(std::size_t region, std::size_t channel) const {
  ChannelResult result;
  const std::size_t place = region * channels_.size() + channel;
  const Sum sum = place < sums_.size() ? sums_[place] : Sum{};
  const Seen& seen = seen_[channel];
  const Seconds time = sum.time + sum.brief;
  if (sum.losses > 0) result.reason = is_gauge(channel) ? "gap" : "reset";
  if (sum.losses == 0 && (sum.windows == 0 || sum.brief > kMostBrief * time)) result.reason = "too_short";
  if (!result.reason.empty()) return result;
  const double scale = time / sum.time;
  result.value = scale * sum.value;
  Spread& spread = result.spread;
  add_phase(scale * sum.begin_phase, sum.begins.independent(sum.windows), spread);
  add_phase(scale * sum.end_phase, sum.ends.independent(sum.windows), spread);
  spread.add_uniform((scale * sum.bias).value);
  spread.add_uniform(((scale - 1.0) * *result.value).value);
  spread.add_normal(seen.quantum.value * std::sqrt(static_cast<double>(sum.windows) / 6.0));
  const Seconds period = seen.period > Seconds{} ? seen.period : kUnknown;
  result.updates = static_cast<std::int64_t>(time / period);
  const Channel& about = channels_[channel];
  if (is_gauge(channel) && about.averaging_window.value_or(Seconds{}) < kSeesAll * period && seen.changes > 0) {
    const double change = std::sqrt(seen.squares / static_cast<double>(seen.changes));
    spread.add_normal(time.value * change * std::sqrt(0.5 * std::min(1.0, period / time)));
  }
  const Sight sight{.looks = {.period = period,
                              .look = about.averaging_window.value_or(about.duty.value_or(1.0) * period),
                              .count = result.updates,
                              .period_error = 0.0},
                    .low = seen.low,
                    .high = seen.high};
  add_blind_time(about, time, time, sight, result);
  return result;
}

}  // namespace wattlens::meter
