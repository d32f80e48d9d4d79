#include "meter/command_energy.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <string>
#include <utility>

#include "meter/blind_time.h"
#include "meter/command_gauge.h"
#include "meter/command_look.h"
#include "meter/edges.h"
#include "meter/window_energy.h"

namespace wattlens::meter {
namespace {

using base::Joules;
using base::MonoTime;
using base::Seconds;
using base::Watts;
using record::Channel;
using record::IdleBaseline;
using record::Samples;

constexpr Seconds kLongestStep{0.01};  // between samples while a command runs
constexpr double kAsleep = 2.0;        // periods without an edge
constexpr Seconds kTickHalf{0.005};    // the load model's times are the kernel's ticks

// The edges around a command: the last one before it, the first one after it, and the looks beyond them.
struct Around {
  Edge before;
  Edge after;
  std::optional<Look> idle_before;
  std::optional<Look> idle_after;
  bool after_is_clear = false;  // the counter took its value after the end, not perhaps before it
};

// A counter that showed no edge in the look before the command: it sleeps, or the edge lies at most a period back.
// A model counts from its first reading.
Edge unseen_edge(const Channel& channel, const Track& track, Seconds begin) {
  if (channel.kind == record::ChannelKind::model) return {track.first_reading, kTickHalf, {}};
  Seconds period = channel.update_period.value_or(Seconds{});
  if (track.edges.size() >= 2) period = std::max(period, track.period);
  const Seconds earliest = begin - period;
  if (track.first_reading - earliest <= Seconds{} || begin - track.first_reading >= kAsleep * period) {
    return {begin, {}, {}};
  }
  return {0.5 * (earliest + track.first_reading), 0.5 * (track.first_reading - earliest), {}};
}

// Empty where no edge was seen after the command.
std::optional<Around> edges_around(const Channel& channel, const Track& track, Seconds begin, Seconds end) {
  const std::vector<Edge>& edges = track.edges;
  const auto first_after =
      static_cast<std::size_t>(std::ranges::lower_bound(edges, end, {}, &Edge::time) - edges.begin());
  if (first_after == edges.size()) return std::nullopt;
  std::size_t after = first_after;
  const auto clear = [&](std::size_t i) { return edges[i].time - edges[i].half_width >= end; };
  if (!clear(after) && after + 1 < edges.size() && clear(after + 1)) ++after;
  const auto count = static_cast<std::size_t>(std::ranges::upper_bound(edges, begin, {}, &Edge::time) - edges.begin());
  Around around{.before = count > 0 ? edges[count - 1] : unseen_edge(channel, track, begin),
                .after = edges[after],
                .idle_before = count > 1 ? look_at(track, 0, count - 1) : std::nullopt,
                .idle_after = look_at(track, after, edges.size() - 1),
                .after_is_clear = clear(after)};
  return around;
}

ChannelResult no_edge_after(const Channel& channel, const Track& track, Seconds end) {
  if (channel.kind == record::ChannelKind::model) {
    return no_energy("too_short",
                     {"too_short", channel.id,
                      fmt::format("{}: the load model looks every 0.1 s: too short for it", channel.id), ""});
  }
  return no_energy("stuck", {"counter_stood_still", channel.id,
                             fmt::format("{} did not move for {:.2f} s after the command's end", channel.id,
                                         (track.last_reading - end).value),
                             "the sensor died or fell asleep, or the look after the command was interrupted"});
}

ChannelResult measure_counter(const Channel& channel, const Samples& samples, std::size_t index, MonoTime begin_time,
                              MonoTime end_time) {
  begin_time = begin_time + channel.lag.value_or(Seconds{});
  end_time = end_time + channel.lag.value_or(Seconds{});
  const Track track = find_edges(channel, samples, index, begin_time, end_time);
  const Seconds begin = begin_time - track.origin;
  const Seconds end = end_time - track.origin;
  // A model that has not looked again yet is not stuck.
  const bool young = channel.kind == record::ChannelKind::model && track.edges.empty() && track.any_reading;
  if (young) return no_edge_after(channel, track, end);
  if (auto fault = counter_fault(channel, track, begin, end)) return *fault;
  const auto around = edges_around(channel, track, begin, end);
  if (!around) return no_edge_after(channel, track, end);

  const Edge& a = around->before;
  const Edge& b = around->after;
  const Joules whole = b.value - a.value;
  const Watts mean = whole / (b.time - a.time);
  const Seconds early = std::max(begin - a.time, Seconds{});
  const Seconds late = std::max(b.time - end, Seconds{});
  ChannelResult result;
  Spread& spread = result.spread;
  Joules outside;
  Watts at_a = mean;
  Watts at_b = mean;
  if (around->idle_before || around->idle_after) {
    const Look& before = around->idle_before ? *around->idle_before : *around->idle_after;
    const Look& after = around->idle_after ? *around->idle_after : *around->idle_before;
    outside = idle_energy(before, early, spread) + idle_energy(after, late, spread);
    // The machine does not come to rest at once.
    spread.add_uniform(0.5 * std::abs((before.power - after.power).value) * late.value);
    at_a = before.power;
    if (around->after_is_clear) at_b = after.power;
  } else {
    // Idle power was not seen: it is somewhere between nothing and that of the command.
    outside = 0.5 * mean * (early + late);
    spread.add_uniform(outside.value);
  }
  spread.add_uniform((at_a * a.half_width).value);
  spread.add_uniform((at_b * b.half_width).value);
  spread.add_uniform(0.5 * track.quantum.value);
  spread.add_uniform(0.5 * track.quantum.value);
  result.value = whole - outside;
  result.updates =
      std::ranges::count_if(track.edges, [&](const Edge& edge) { return edge.time >= begin && edge.time <= end; });
  // A counter may add up a sensor that does not look all the time.
  add_blind_time(channel, end - begin, end - begin, sight_of(channel, track, result.updates), result);
  if (track.longest_gap > 5.0 * std::max(track.poll, kLongestStep)) {
    result.warnings.push_back({"gap", channel.id,
                               fmt::format("{} could not be read for {:.0f} ms; a counter loses nothing over a gap",
                                           channel.id, track.longest_gap.value * 1e3),
                               ""});
  }
  return result;
}

struct Side {
  Watts power;
  Spread spread;  // in watts
};

IdleBaseline baseline(const Channel& channel, const Side& side) {
  const Watts half{side.spread.half_width()};
  return {channel.id, side.power, {side.power - half, side.power + half}};
}

}  // namespace

ChannelResult measure_command_channel(const Channel& channel, const Samples& samples, std::size_t index, MonoTime begin,
                                      MonoTime end, Seconds /*batch*/) {
  if (samples.size() == 0) return no_energy("unreadable", {"no_reading", channel.id, channel.id + " was not read", ""});
  if (channel.kind == record::ChannelKind::power) {
    return measure_command_gauge(channel, samples, index, begin, end);
  }
  return measure_counter(channel, samples, index, begin, end);
}

CommandIdle command_idle(std::span<const Channel> channels, const Samples& samples, MonoTime begin, MonoTime end) {
  CommandIdle idle;
  for (const Channel& channel : channels) {
    const auto index = index_of(samples, channel.id);
    if (!index || channel.provenance == record::Provenance::missing || samples.size() == 0) continue;
    std::optional<Side> before;
    std::optional<Side> after;
    if (channel.kind == record::ChannelKind::power) {
      const GaugeLooks looks = gauge_looks(channel, samples, *index, begin, end);
      if (looks.before) before = Side{looks.before->power, looks.before->spread};
      if (looks.after) after = Side{looks.after->power, looks.after->spread};
    } else {
      const Track track = find_edges(channel, samples, *index, begin, end);
      const auto around = edges_around(channel, track, begin - track.origin, end - track.origin);
      if (around && around->idle_before) before = Side{around->idle_before->power, around->idle_before->spread};
      if (around && around->idle_after) after = Side{around->idle_after->power, around->idle_after->spread};
    }
    if (before) idle.before.push_back(baseline(channel, *before));
    if (after) idle.after.push_back(baseline(channel, *after));
    if (!before && !after) continue;
    Side mean = before ? *before : *after;
    if (before && after) {
      mean = {0.5 * (before->power + after->power), {}};
      mean.spread.add(before->spread, 0.5);
      mean.spread.add(after->spread, 0.5);
      mean.spread.add_uniform(0.5 * std::abs((before->power - after->power).value));
    }
    idle.mean.push_back(baseline(channel, mean));
  }
  return idle;
}

Resolution judge_command(std::span<const Channel> channels, const record::Window& window, double most_uncertain) {
  Resolution resolution{.resolvable = false, .run_at_least = {}};
  Seconds longest;
  bool all = true;
  bool any = false;
  const auto judge = [&](const record::Energy& energy) {
    const Joules half = 0.5 * (energy.relative->high - energy.relative->low);
    any = true;
    if (*energy.value > Joules{} && half / *energy.value <= most_uncertain) return;
    all = false;
    // The half-width does not grow with the command; where the energy drowns in it, at least one of its size is there.
    const Joules seen = std::max(*energy.value, half);
    longest = std::max(longest, window.duration() * (half / seen / most_uncertain));
  };
  if (window.total.value) {
    judge(window.total);
  } else {
    for (const record::ChannelEnergy& channel : window.channels) {
      if (channel.gross.value && std::ranges::find(window.sums, channel.channel) != window.sums.end()) {
        judge(channel.gross);
      }
      const auto about = std::ranges::find(channels, channel.channel, &Channel::id);
      if (channel.gross.reason != "too_short" || about == channels.end()) continue;
      constexpr double kPeriods = 1.0;  // that an edge may be wrong by, of a sensor that did not show one
      all = false;
      longest = std::max(longest, kPeriods / most_uncertain * about->update_period.value_or(Seconds{0.1}));
    }
  }
  resolution.resolvable = any && all;
  if (!resolution.resolvable && longest > Seconds{}) resolution.run_at_least = longest;
  return resolution;
}

}  // namespace wattlens::meter
