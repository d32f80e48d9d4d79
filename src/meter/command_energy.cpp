#include "meter/command_energy.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <string>
#include <utility>

#include "meter/edges.h"
#include "meter/gauge_energy.h"
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

constexpr double kNormal95 = 1.959963984540054;
// 97.5 % points of Student's t for 1 ... 7 degrees of freedom; the normal one serves from there on.
constexpr auto kStudent95 = std::to_array({12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365});
// Idle power seen over fewer gaps between edges may differ by this share in the time that was not seen.
constexpr std::size_t kFewGaps = 3;
constexpr double kUnknownChange = 0.1;
constexpr Seconds kLongestStep{0.01};  // between samples while a command runs
constexpr double kAsleep = 2.0;        // periods without an edge
constexpr Seconds kTickHalf{0.005};    // the load model's times are the kernel's ticks

// Idle power as the edges of one look show it.
struct Look {
  Watts power;
  Spread spread;     // of the mean power, in watts
  double deviation;  // of the power of single gaps, in watts
  Seconds gap;       // mean time between edges
  std::size_t gaps = 0;
};

std::optional<Look> look(const Track& track, std::size_t first, std::size_t last) {
  if (last <= first || last >= track.edges.size()) return std::nullopt;
  const Edge& a = track.edges[first];
  const Edge& b = track.edges[last];
  const Seconds length = b.time - a.time;
  Look result{.power = (b.value - a.value) / length, .spread = {}, .deviation = 0.0, .gap = {}, .gaps = last - first};
  result.gap = length / static_cast<double>(result.gaps);
  result.spread.add_uniform((result.power * (a.half_width / length)).value);
  result.spread.add_uniform((result.power * (b.half_width / length)).value);
  result.spread.add_uniform((track.quantum / length).value);
  if (result.gaps < 2) return result;
  // What the edges' own errors make of the power between them is not the power's.
  double squares = 0.0;
  for (std::size_t i = first + 1; i <= last; ++i) {
    const Edge& from = track.edges[i - 1];
    const Edge& to = track.edges[i];
    const Seconds gap = to.time - from.time;
    const double difference = ((to.value - from.value) / gap - result.power).value;
    const double jitter = result.power.value * (from.half_width / gap);
    squares += difference * difference - 2.0 / 3.0 * jitter * jitter;
  }
  const std::size_t freedom = result.gaps - 1;
  const double factor = freedom <= kStudent95.size() ? kStudent95[freedom - 1] / kNormal95 : 1.0;
  result.deviation = factor * std::sqrt(std::max(0.0, squares) / static_cast<double>(freedom));
  result.spread.add_normal(result.deviation / std::sqrt(static_cast<double>(result.gaps)));
  return result;
}

// The idle energy of a time for which only the power before or after it was seen; adds what is not known of it.
Joules idle_energy(const Look& seen, Seconds time, Spread& spread) {
  if (time <= Seconds{}) return {};
  spread.add(seen.spread, time.value);
  spread.add_normal(seen.deviation * std::sqrt(seen.gap.value * time.value));
  if (seen.gaps < kFewGaps) spread.add_uniform((kUnknownChange * seen.power * time).value);
  return seen.power * time;
}

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
                .idle_before = count > 1 ? look(track, 0, count - 1) : std::nullopt,
                .idle_after = look(track, after, edges.size() - 1),
                .after_is_clear = clear(after)};
  return around;
}

ChannelResult missing(std::string reason, record::Warning remark) {
  ChannelResult result;
  result.reason = std::move(reason);
  result.warnings.push_back(std::move(remark));
  return result;
}

ChannelResult no_edge_after(const Channel& channel, const Track& track, Seconds end) {
  if (channel.kind == record::ChannelKind::model) {
    return missing("too_short",
                   {"too_short", channel.id,
                    fmt::format("{}: the load model looks every 0.1 s: too short for it", channel.id), ""});
  }
  return missing("stuck", {"counter_stood_still", channel.id,
                           fmt::format("{} did not move for {:.2f} s after the command's end", channel.id,
                                       (track.last_reading - end).value),
                           "the sensor died or fell asleep, or the look after the command was interrupted"});
}

ChannelResult measure_counter(const Channel& channel, const Samples& samples, std::size_t index, MonoTime begin_time,
                              MonoTime end_time) {
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
  // A counter may add up a sensor that does not look all the time.
  add_blind_time(channel, end - begin, end - begin, result);
  result.updates =
      std::ranges::count_if(track.edges, [&](const Edge& edge) { return edge.time >= begin && edge.time <= end; });
  if (track.longest_gap > 5.0 * std::max(track.poll, kLongestStep)) {
    result.warnings.push_back({"gap", channel.id,
                               fmt::format("{} could not be read for {:.0f} ms; a counter loses nothing over a gap",
                                           channel.id, track.longest_gap.value * 1e3),
                               ""});
  }
  return result;
}

// At each end of the command a gauge of which nothing is known may have had any power that was seen, for as long as one
// reading stands.
ChannelResult measure_unknown_gauge(const Channel& channel, const Samples& samples, std::size_t index, MonoTime begin,
                                    MonoTime end) {
  ChannelResult result = measure_channel(channel, samples, index, begin, end, end - begin);
  if (!result.value) return result;
  std::int64_t low = std::numeric_limits<std::int64_t>::max();
  std::int64_t high = std::numeric_limits<std::int64_t>::min();
  std::int64_t changes = 0;
  std::int64_t last = Samples::kNoReading;
  for (const std::int64_t value : samples.values[index]) {
    if (value == Samples::kNoReading) continue;
    low = std::min(low, value);
    high = std::max(high, value);
    changes += last != Samples::kNoReading && value != last ? 1 : 0;
    last = value;
  }
  const Seconds seen{static_cast<double>(samples.time_us.back() - samples.time_us.front()) * 1e-6};
  const Seconds period = seen / static_cast<double>(changes + 1);
  const double blur = static_cast<double>(high - low) * 1e-6 * std::min(period, end - begin).value;
  result.spread.add_uniform(blur);
  result.spread.add_uniform(blur);
  return result;
}

std::optional<std::size_t> index_of(const Samples& samples, const std::string& id) {
  const auto found = std::ranges::find(samples.channels, id);
  if (found == samples.channels.end()) return std::nullopt;
  return static_cast<std::size_t>(found - samples.channels.begin());
}

struct Side {
  Watts power;
  Spread spread;  // in watts
};

IdleBaseline baseline(const Channel& channel, const Side& side) {
  const Watts half{side.spread.half_width()};
  return {channel.id, side.power, {side.power - half, side.power + half}};
}

// From one end of the samples to the command, or from it to the other end.
std::optional<Side> gauge_side(const Channel& channel, const Samples& samples, std::size_t index, MonoTime from,
                               MonoTime to) {
  if (to <= from) return std::nullopt;
  const ChannelResult result = measure_channel(channel, samples, index, from, to, to - from);
  if (!result.value) return std::nullopt;
  Side side{*result.value / (to - from), {}};
  side.spread.add(result.spread, 1.0 / (to - from).value);
  return side;
}

}  // namespace

ChannelResult measure_command_channel(const Channel& channel, const Samples& samples, std::size_t index, MonoTime begin,
                                      MonoTime end, Seconds /*batch*/) {
  if (samples.size() == 0) return missing("unreadable", {"no_reading", channel.id, channel.id + " was not read", ""});
  if (channel.kind == record::ChannelKind::power) {
    if (channel.update_period || channel.averaging_window) {
      return measure_channel(channel, samples, index, begin, end, end - begin);
    }
    return measure_unknown_gauge(channel, samples, index, begin, end);
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
      before = gauge_side(channel, samples, *index, MonoTime{samples.time_us.front() * 1000}, begin);
      after = gauge_side(channel, samples, *index, end, MonoTime{samples.time_us.back() * 1000});
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
