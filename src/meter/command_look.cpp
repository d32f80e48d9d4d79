#include "meter/command_look.h"

#include <algorithm>
#include <cmath>

namespace wattlens::meter {
namespace {

using base::Joules;
using base::Seconds;
using base::Watts;

// Idle power seen over fewer gaps may differ by this share in the time that was not seen.
constexpr std::size_t kFewGaps = 3;
constexpr double kUnknownChange = 0.1;

}  // namespace

std::optional<Look> look_at(const Track& track, std::size_t first, std::size_t last) {
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
  result.deviation = student_over_normal(freedom) * std::sqrt(std::max(0.0, squares) / static_cast<double>(freedom));
  result.spread.add_normal(result.deviation / std::sqrt(static_cast<double>(result.gaps)));
  return result;
}

std::optional<Look> look_at(const Gauge& gauge, Seconds begin, Seconds end, Seconds period) {
  double sum = 0.0;
  double squares = 0.0;
  double readings = 0.0;
  for (const GaugePoint& point : gauge.points) {
    if (point.time < begin || point.time > end) continue;
    sum += point.power.value;
    squares += point.power.value * point.power.value;
    readings += 1.0;
  }
  if (readings < 1.0) return std::nullopt;
  const double mean = sum / readings;
  Look result{.power = Watts{mean}, .spread = {}, .deviation = 0.0, .gap = period, .gaps = 1};
  if (period > Seconds{}) result.gaps += static_cast<std::size_t>((end - begin) / period);
  if (result.gaps < 2) return result;
  const double deviation = std::sqrt(std::max(0.0, squares / readings - mean * mean));
  result.deviation = student_over_normal(result.gaps - 1) * deviation;
  result.spread.add_normal(result.deviation / std::sqrt(static_cast<double>(result.gaps)));
  return result;
}

Joules idle_energy(const Look& seen, Seconds time, Spread& spread) {
  if (time <= Seconds{}) return {};
  spread.add(seen.spread, time.value);
  spread.add_normal(seen.deviation * std::sqrt(seen.gap.value * time.value));
  if (seen.gaps < kFewGaps) spread.add_uniform((kUnknownChange * seen.power * time).value);
  return seen.power * time;
}

}  // namespace wattlens::meter
