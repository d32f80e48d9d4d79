#include "meter/channel_energy.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "meter/blind_time.h"
#include "meter/edges.h"
#include "meter/gauge_energy.h"

namespace wattlens::meter {
namespace {

using base::Joules;
using base::MonoTime;
using base::Seconds;
using base::Watts;
using record::Samples;

constexpr double kStillPeriods = 20.0;
constexpr Seconds kStillTime{1.0};
constexpr std::int64_t kFewUpdates = 5;
constexpr double kInside = 1.5;
constexpr double kMostUnseen = 0.2;  // of a window, before its energy cannot be told

record::Warning warning(const record::Channel& channel, std::string code, std::string message, std::string hint = {}) {
  return {std::move(code), channel.id, std::move(message), std::move(hint)};
}

// The energy at a time between two edges, and what is not known about it.
struct Cut {
  Joules value;
  Spread spread;
};

// Lowest and highest power between neighbouring edges near a place, and that of the whole window.
struct Powers {
  Watts low;
  Watts high;
};

Powers powers_near(const Track& track, std::size_t after, Watts mean) {
  constexpr std::size_t kNear = 3;
  Powers powers{mean, mean};
  const std::size_t first = after > kNear ? after - kNear : 1;
  const std::size_t last = std::min(after + kNear, track.edges.size() - 1);
  for (std::size_t i = first; i <= last; ++i) {
    const Edge& a = track.edges[i - 1];
    const Edge& b = track.edges[i];
    const Watts power = (b.value - a.value) / (b.time - a.time);
    powers.low = std::min(powers.low, power);
    powers.high = std::max(powers.high, power);
  }
  return powers;
}

// Work that begins, ends or changes between the edges bends the counter there: a straight line is wrong by at most
// gap x (1 - x) (high - low), which a step of the power at the cut itself reaches. Inside a gap the power goes farther
// than its means over gaps show; kInside is what the simulation of tests/meter/coverage_test.cpp asks for.
Cut cut(const Track& track, std::size_t after, Seconds time, Watts mean) {
  const Edge& a = track.edges[after - 1];
  const Edge& b = track.edges[after];
  const Seconds gap = b.time - a.time;
  const double x = (time - a.time) / gap;
  const Powers near = powers_near(track, after, mean);
  Cut result{a.value + x * (b.value - a.value), {}};
  result.spread.add_uniform((near.high * a.half_width).value * (1.0 - x));
  result.spread.add_uniform((near.high * b.half_width).value * x);
  result.spread.add_uniform(kInside * ((near.high - near.low) * gap).value * x * (1.0 - x));
  result.spread.add_uniform(0.5 * track.quantum.value);
  return result;
}

// Index of the first edge after a time, where there is one on each side; else 0.
std::size_t edge_after(const Track& track, Seconds time) {
  const auto found = std::ranges::upper_bound(track.edges, time, {}, &Edge::time);
  if (found == track.edges.begin() || found == track.edges.end()) return 0;
  return static_cast<std::size_t>(found - track.edges.begin());
}

// Power between neighbouring edges varies by itself and because the edges are not known exactly; the first part only.
double own_variance(const Track& track, std::size_t first, std::size_t last, Watts mean) {
  double squares = 0.0;
  double jitter = 0.0;
  for (std::size_t i = first + 1; i <= last; ++i) {
    const Seconds gap = track.edges[i].time - track.edges[i - 1].time;
    const double power = (track.edges[i].value - track.edges[i - 1].value) / gap / Watts{1.0};
    const double h = track.edges[i].half_width / gap;
    squares += (power - mean.value) * (power - mean.value);
    jitter += 2.0 / 3.0 * h * h * mean.value * mean.value;
  }
  return std::max(0.0, squares - jitter) / static_cast<double>(last - first - 1);
}

struct Span {
  std::size_t first = 0;
  std::size_t last = 0;  // indices of the first and last edge inside the window
  std::int64_t count = 0;
};

Span edges_inside(const Track& track, Seconds begin, Seconds end) {
  Span span;
  for (std::size_t i = 0; i < track.edges.size(); ++i) {
    if (track.edges[i].time < begin || track.edges[i].time > end) continue;
    if (span.count++ == 0) span.first = i;
    span.last = i;
  }
  return span;
}

// Cut at the window's ends: the counter is interpolated.
ChannelResult interpolated(const Track& track, Seconds begin, Seconds end, std::size_t at_begin, std::size_t at_end) {
  const Edge& a = track.edges[at_begin - 1];
  const Edge& b = track.edges[at_end];
  const Watts mean = (b.value - a.value) / (b.time - a.time);
  const Cut first = cut(track, at_begin, begin, mean);
  const Cut last = cut(track, at_end, end, mean);
  ChannelResult result;
  result.value = last.value - first.value;
  result.spread = first.spread;
  result.spread.add(last.spread);
  return result;
}

// Cut at the counter's edges: the work is interpolated, that is, the power between them holds for the whole window.
ChannelResult scaled(const Track& track, Seconds begin, Seconds end, const Span& span) {
  const Edge& a = track.edges[span.first];
  const Edge& b = track.edges[span.last];
  const Seconds duration = end - begin;
  const Seconds seen = b.time - a.time;
  const Watts power = (b.value - a.value) / seen;
  const Seconds unseen = duration - seen;
  ChannelResult result;
  result.value = power * duration;
  const double per_second = (*result.value / seen).value;
  result.spread.add_uniform(per_second * a.half_width.value);
  result.spread.add_uniform(per_second * b.half_width.value);
  result.spread.add_uniform(0.5 * track.quantum.value * (duration / seen));
  result.spread.add_uniform(0.5 * track.quantum.value * (duration / seen));
  if (span.count < 4) {
    // Too few updates to see how the power varies.
    result.spread.add_uniform((power * unseen).value);
  } else {
    const double variance = own_variance(track, span.first, span.last, power) * track.period.value;
    result.spread.add_normal(std::sqrt(variance * (unseen.value + unseen.value * unseen.value / seen.value)));
  }
  return result;
}

// Where the counter moved, then stood still for so long that it must be broken.
std::optional<Seconds> stood_still(const Track& track, Seconds begin, Seconds end) {
  if (track.edges.size() < 3) return std::nullopt;
  std::vector<Seconds> sorted;
  for (std::size_t i = 1; i < track.edges.size(); ++i) sorted.push_back(track.edges[i].time - track.edges[i - 1].time);
  std::ranges::sort(sorted);
  const Seconds limit = std::max(kStillPeriods * std::max(sorted[sorted.size() / 2], track.poll), kStillTime);
  std::optional<Seconds> longest;
  for (const Rest& rest : track.rests) {
    const Seconds still = std::min(rest.end, end) - std::max(rest.begin, begin);
    if (still > limit && (!longest || still > *longest)) longest = still;
  }
  return longest;
}

ChannelResult measure_counter(const record::Channel& channel, const Samples& samples, std::size_t index,
                              MonoTime begin_time, MonoTime end_time, Seconds batch) {
  // A counter that lags shows the window so much later.
  begin_time = begin_time + channel.lag.value_or(Seconds{});
  end_time = end_time + channel.lag.value_or(Seconds{});
  const Track track = find_edges(channel, samples, index, begin_time, end_time);
  const Seconds begin = begin_time - track.origin;
  const Seconds end = end_time - track.origin;
  if (auto found = counter_fault(channel, track, begin, end)) return *found;
  const Span span = edges_inside(track, begin, end);
  const std::size_t at_begin = edge_after(track, begin);
  const std::size_t at_end = edge_after(track, end);
  const bool bracketed = at_begin > 0 && at_end > 0;
  const bool seen = span.count >= 2 &&
                    track.edges[span.last].time - track.edges[span.first].time > (1.0 - kMostUnseen) * (end - begin);
  ChannelResult result;
  if (bracketed && (track.period < batch || !seen)) {
    result = interpolated(track, begin, end, at_begin, at_end);
  } else if (seen) {
    result = scaled(track, begin, end, span);
  } else {
    result = no_energy("too_short", warning(channel, "too_short",
                                            fmt::format("{} moved {} times inside the window", channel.id, span.count),
                                            "run longer windows"));
  }
  result.updates = span.count;
  // A counter may add up a sensor that does not look all the time.
  add_blind_time(channel, end - begin, batch, sight_of(channel, track, span.count), result);
  if (result.value && span.count < kFewUpdates) {
    result.warnings.push_back(warning(channel, "few_updates",
                                      fmt::format("{} moved only {} times inside the window", channel.id, span.count),
                                      "run longer windows"));
  }
  if (track.longest_gap > 5.0 * track.poll) {
    result.warnings.push_back(
        warning(channel, "gap",
                fmt::format("{} could not be read for {:.0f} ms; a counter loses nothing over a gap", channel.id,
                            track.longest_gap.value * 1e3)));
  }
  return result;
}

}  // namespace

ChannelResult no_energy(std::string reason, record::Warning remark) {
  ChannelResult result;
  result.reason = std::move(reason);
  result.warnings.push_back(std::move(remark));
  return result;
}

std::optional<std::size_t> index_of(const Samples& samples, const std::string& id) {
  const auto found = std::ranges::find(samples.channels, id);
  if (found == samples.channels.end()) return std::nullopt;
  return static_cast<std::size_t>(found - samples.channels.begin());
}

std::optional<ChannelResult> counter_fault(const record::Channel& channel, const Track& track, Seconds begin,
                                           Seconds end) {
  if (!track.any_reading) {
    return no_energy("unreadable", warning(channel, "no_reading", fmt::format("{} could not be read", channel.id)));
  }
  if (track.reset) {
    return no_energy("reset",
                     warning(channel, "counter_reset",
                             fmt::format("{} started again inside the window; the energy is lost", channel.id)));
  }
  if (track.edges.empty()) {
    return no_energy("stuck",
                     warning(channel, "counter_stuck", fmt::format("{} did not move", channel.id),
                             "the sensor is dead, or asleep; wattlens doctor tells what else can be measured"));
  }
  if (const auto still = stood_still(track, begin, end)) {
    return no_energy("stuck",
                     warning(channel, "counter_stood_still",
                             fmt::format("{} stood still for {:.2f} s of the window", channel.id, still->value)));
  }
  return std::nullopt;
}

ChannelResult measure_channel(const record::Channel& channel, const Samples& samples, std::size_t index, MonoTime begin,
                              MonoTime end, Seconds batch) {
  if (channel.kind == record::ChannelKind::power) return measure_gauge(channel, samples, index, begin, end, batch);
  return measure_counter(channel, samples, index, begin, end, batch);
}

std::vector<Watts> power_of_parts(const record::Channel& channel, const Samples& samples, std::size_t index,
                                  MonoTime begin, MonoTime end, std::size_t most) {
  std::vector<Watts> parts;
  const ChannelResult whole = measure_channel(channel, samples, index, begin, end, end - begin);
  const auto count = std::min<std::size_t>(most, static_cast<std::size_t>(whole.updates) / 2);
  for (std::size_t i = 0; i < count; ++i) {
    const Seconds part = (end - begin) / static_cast<double>(count);
    const MonoTime from = begin + static_cast<double>(i) * part;
    const auto result = measure_channel(channel, samples, index, from, from + part, part);
    if (result.value) parts.push_back(*result.value / part);
  }
  return parts;
}

}  // namespace wattlens::meter
