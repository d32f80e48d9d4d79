#include "meter/mark_cut.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "meter/gauge_energy.h"

namespace wattlens::meter {
namespace {

using base::Joules;
using base::Seconds;
using base::Watts;

constexpr std::size_t kNear = 3;     // gaps on either side whose powers are compared
constexpr double kApart = 4.0;       // half-widths between the edges of such a gap: closer ones show no power
constexpr double kBeyondSeen = 1.5;  // inside a gap power goes farther than its means over gaps show

// Powers between edges on one side of a moment, the nearest first, and how wrong the nearest may be.
struct SidePowers {
  std::vector<Watts> powers;
  Edge farthest;          // end of the nearest gap
  double relative = 0.0;  // error of the nearest power, relative
  bool broken = false;    // energy was lost here
};

// `step` -1: the edges before `from`; 1: those after it.
SidePowers powers_beside(const std::vector<Edge>& edges, std::size_t from, int step) {
  SidePowers side{.powers = {}, .farthest = edges[from]};
  Edge near = edges[from];
  const auto count = static_cast<std::ptrdiff_t>(edges.size());
  for (auto i = static_cast<std::ptrdiff_t>(from) + step; i >= 0 && i < count && side.powers.size() < kNear;
       i += step) {
    const Edge& edge = edges[static_cast<std::size_t>(i)];
    const Seconds length = static_cast<double>(step) * (edge.time - near.time);
    const Joules energy = static_cast<double>(step) * (edge.value - near.value);
    if (energy < Joules{}) {
      side.broken = side.powers.empty();
      break;
    }
    const Seconds wrong = near.half_width + edge.half_width;
    if (length < kApart * wrong || length <= Seconds{}) continue;
    if (side.powers.empty()) {
      side.farthest = edge;
      side.relative = wrong / length;
    }
    side.powers.push_back(energy / length);
    near = edge;
  }
  return side;
}

}  // namespace

std::optional<MarkCut> cut_at_mark(const Track& track, Seconds time) {
  const std::vector<Edge>& edges = track.edges;
  const auto found = std::ranges::upper_bound(edges, time, {}, &Edge::time);
  if (found == edges.begin() || found == edges.end()) return std::nullopt;
  const auto after = static_cast<std::size_t>(found - edges.begin());
  const Edge& a = edges[after - 1];
  const Edge& b = edges[after];
  const Seconds gap = b.time - a.time;
  const Joules step = b.value - a.value;
  const SidePowers left = powers_beside(edges, after - 1, -1);
  const SidePowers right = powers_beside(edges, after, 1);
  if (step < Joules{} || left.broken || right.broken) return std::nullopt;
  const double x = (time - a.time) / gap;
  const Seconds bend = x * (1.0 - x) * gap;
  MarkCut cut{.value = a.value + x * step,
              .phase = {},
              .bias = {},
              .below = a.value,
              .above = b.value,
              .before = time - left.farthest.time - left.farthest.half_width,
              .after = right.farthest.time - right.farthest.half_width - time};
  if (left.powers.empty() || right.powers.empty()) {
    // One side was not seen: all of the gap's energy may lie on the other.
    cut.phase = std::max(cut.value - a.value, b.value - cut.value);
    return cut;
  }
  const Watts before = left.powers.front();
  const Watts behind = right.powers.front();
  Watts low = std::min(before, behind);
  Watts high = std::max(before, behind);
  for (const SidePowers* side : {&left, &right}) {
    low = std::min(low, *std::ranges::min_element(side->powers));
    high = std::max(high, *std::ranges::max_element(side->powers));
  }
  const Watts noise = left.relative * before + right.relative * behind;
  const Joules edges_wrong = high * ((1.0 - x) * a.half_width + x * b.half_width);
  // Power that changes at the mark bends the counter there by so much; then both sides agree on the value.
  cut.value = std::clamp(cut.value + (before - behind) * bend, a.value, b.value);
  cut.phase = edges_wrong + noise * bend;
  const Joules disagree = (a.value + before * (x * gap)) - (b.value - behind * ((1.0 - x) * gap));
  const Joules unsaid =
      high * (a.half_width + b.half_width) + gap * (x * left.relative * before + (1.0 - x) * right.relative * behind);
  const Joules strange = std::max(Joules{}, Joules{std::abs(disagree.value)} - unsaid);
  cut.bias = kBeyondSeen * (std::max(Watts{}, high - low - noise) * bend) + std::max(x, 1.0 - x) * strange;
  return cut;
}

std::optional<MarkCut> cut_at_mark(const record::Channel& channel, const Gauge& gauge, std::span<const Joules> joules,
                                   Seconds time, Seconds period) {
  const Seconds window = channel.averaging_window.value_or(Seconds{});
  const Seconds lag = channel.lag.value_or(Seconds{});
  // On average a reading is so late: half of what it averages over and half of the time that it stands.
  const Seconds shown = time + lag + 0.5 * (window + period);
  const auto& points = gauge.points;
  const auto found = std::ranges::upper_bound(points, shown, {}, &GaugePoint::time);
  if (found == points.begin() || found == points.end()) return std::nullopt;
  const auto after = static_cast<std::size_t>(found - points.begin());
  const GaugePoint& a = points[after - 1];
  const GaugePoint& b = points[after];
  const double x = (shown - a.time) / (b.time - a.time);
  const Watts power = a.power + 0.5 * x * (b.power - a.power);
  Watts low = std::min(a.power, b.power);
  Watts high = std::max(a.power, b.power);
  const Seconds reach = lag + window + period;
  for (std::size_t i = after; i-- > 0 && points[i].time >= time - period;) {
    low = std::min(low, points[i].power);
    high = std::max(high, points[i].power);
  }
  for (std::size_t i = after; i < points.size() && points[i].time <= time + reach + period; ++i) {
    low = std::min(low, points[i].power);
    high = std::max(high, points[i].power);
  }
  const Watts range = high - low;
  const Joules value = joules[after - 1] + power * (shown - a.time);
  return MarkCut{.value = value,
                 .phase = 0.5 * (range * (period + (b.time - a.time))),
                 .bias = 0.5 * (range * window),
                 .below = joules[after - 1],
                 .above = joules[after],
                 .before = {},
                 .after = reach};
}

}  // namespace wattlens::meter
