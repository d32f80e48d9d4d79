#include "calibration/updates.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <utility>

namespace wattlens::calibration {
namespace {

using base::MonoTime;
using record::Samples;

using record::kNormal95;
constexpr double kReadingsPerUpdate = 4.0;  // fewer do not show single updates
constexpr std::size_t kLeastUpdates = 20;
constexpr double kShortInterval = 0.1;  // quantile: where many updates show no new value, most intervals are multiples
constexpr double kIrregular = 0.18;     // of a period, that an interval may be off ...
constexpr double kMostIrregular = 0.1;  // ... in this share of them
constexpr double kLongReading = 4.0;    // usual times between samples

// A reading that differs from the one before.
struct Edge {
  MonoTime time;
  Seconds half_width;
  std::int64_t value = 0;  // uJ or uW
};

struct Edges {
  std::vector<Edge> list;
  Seconds poll;
  std::int64_t step = 0;  // in uJ or uW
  MonoTime first;
  MonoTime last;
};

double quantile(std::vector<double> values, double share) {
  const auto at = static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1));
  std::ranges::nth_element(values, values.begin() + at);
  return values[static_cast<std::size_t>(at)];
}

Edges find_edges(const Samples& samples, std::size_t index) {
  Edges edges;
  std::vector<double> polls;
  for (std::size_t i = 1; i < samples.size(); ++i) {
    polls.push_back(static_cast<double>(samples.time_us[i] - samples.time_us[i - 1]) * 1e-6);
  }
  if (polls.empty()) return edges;
  edges.poll = {quantile(polls, 0.5)};
  edges.first = {samples.time_us.front() * 1000};
  edges.last = {samples.time_us.back() * 1000};
  std::optional<std::size_t> before;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const std::int64_t value = samples.values[index][i];
    if (value == Samples::kNoReading) continue;
    if (before && value != samples.values[index][*before]) {
      const Seconds bracket{static_cast<double>(samples.time_us[i] - samples.time_us[*before]) * 1e-6};
      edges.list.push_back({MonoTime{samples.time_us[*before] * 1000} + 0.5 * bracket, 0.5 * bracket, value});
      edges.step = std::gcd(edges.step, value - samples.values[index][*before]);
    }
    before = i;
  }
  return edges;
}

struct Regularity {
  double period = 0.0;  // s
  std::vector<double> intervals;
  std::vector<double> counts;  // of periods in each interval
};

// Intervals between edges are whole multiples of a period: the shortest ones give a first guess of it, which rounding
// and averaging mend.
Regularity find_period(const Edges& edges) {
  Regularity found;
  for (std::size_t i = 1; i < edges.list.size(); ++i) {
    found.intervals.push_back((edges.list[i].time - edges.list[i - 1].time).value);
  }
  found.period = quantile(found.intervals, kShortInterval);
  for (int pass = 0; pass < 4; ++pass) {
    found.counts.clear();
    std::vector<double> single;
    for (const double interval : found.intervals) {
      const double count = std::max(1.0, std::round(interval / found.period));
      found.counts.push_back(count);
      single.push_back(interval / count);
    }
    found.period = quantile(single, 0.5);
  }
  return found;
}

// Deviations of intervals from whole periods, and the figures that follow.
void judge(const Regularity& found, Seconds poll, Updates& updates) {
  const auto n = static_cast<double>(found.intervals.size());
  const double sum = std::accumulate(found.intervals.begin(), found.intervals.end(), 0.0);
  const double periods = std::accumulate(found.counts.begin(), found.counts.end(), 0.0);
  const double period = sum / periods;
  double squares = 0.0;
  double fourth = 0.0;
  double irregular = 0.0;
  for (std::size_t i = 0; i < found.intervals.size(); ++i) {
    const double off = found.intervals[i] - found.counts[i] * period;
    squares += off * off;
    fourth += off * off * off * off;
    irregular += std::abs(off) > kIrregular * period ? 1.0 : 0.0;
  }
  if (irregular > kMostIrregular * n) {
    updates.period.reason = updates.jitter.reason = "its updates do not come at a regular rate";
    return;
  }
  const double variance = squares / n;
  const double half = kNormal95 * std::max(std::sqrt(variance * n), poll.value) / periods;
  updates.period.value = record::Estimate<Seconds>{{period}, {period - half}, {period + half}};
  const double read = poll.value * poll.value / 6.0;
  const double of_variance = kNormal95 * std::sqrt(1.5 * std::max(0.0, fourth / n - variance * variance) / n);
  const double low = variance - of_variance - read;
  if (low <= 0.0) {
    updates.jitter.reason = fmt::format("below {:.2g} ms, which reading every {:.2g} ms cannot tell from none",
                                        1e3 * std::sqrt(std::max(0.0, variance + of_variance)), 1e3 * poll.value);
    return;
  }
  updates.jitter.value = record::Estimate<Seconds>{
      {std::sqrt(variance - read)}, {std::sqrt(low)}, {std::sqrt(variance - read + of_variance)}};
}

// The step of a counter, in uJ, from its increments: a register's unit is no whole number of uJ, so that neighbouring
// increments differ by it only to within their rounding.
double step_of(std::vector<double> increments) {
  constexpr double kRounding = 3.0;
  std::ranges::sort(increments);
  double step = 0.0;
  for (std::size_t i = 1; i < increments.size(); ++i) {
    const double gap = increments[i] - increments[i - 1];
    if (gap > kRounding && (step == 0.0 || gap < step)) step = gap;
  }
  return step;
}

bool well_read(const Edge& edge, Seconds poll) { return 2.0 * edge.half_width <= kLongReading * poll; }

void add_updates(const Edges& edges, const Regularity& found, bool counts, Updates& updates) {
  const double period = updates.period.value ? updates.period.value->value.value : found.period;
  const double scale = counts ? 1e-6 / period : 1e-6;
  updates.step = {static_cast<double>(edges.step) * scale};
  std::vector<double> increments;
  for (std::size_t i = 0; i < edges.list.size(); ++i) {
    const Edge& edge = edges.list[i];
    const auto periods = i == 0 ? 0 : static_cast<std::int64_t>(found.counts[i - 1]);
    if (!well_read(edge, edges.poll)) continue;
    if (!counts) {
      updates.list.push_back({edge.time, edge.half_width, Watts{static_cast<double>(edge.value) * scale}, periods});
    } else if (periods == 1) {
      const auto energy = static_cast<double>(edge.value - edges.list[i - 1].value);
      updates.list.push_back({edge.time, edge.half_width, Watts{energy * scale}, periods});
      increments.push_back(energy);
    }
  }
  if (counts) updates.step = {step_of(std::move(increments)) * scale};
}

// A counter that moves nearly whenever it is read: its mean power over strides.
void add_strides(const Edges& edges, Updates& updates) {
  updates.is_fine = true;
  const Edge* last = nullptr;
  for (const Edge& edge : edges.list) {
    if (!well_read(edge, edges.poll)) last = nullptr;
    if (last != nullptr && edge.time - last->time < kStride) continue;
    if (last != nullptr) {
      const Seconds stride = edge.time - last->time;
      const Watts power{static_cast<double>(edge.value - last->value) * 1e-6 / stride.value};
      if (stride < 2.0 * kStride) updates.list.push_back({edge.time, edge.half_width, power, 1});
    }
    last = &edge;
  }
  updates.step = {static_cast<double>(edges.step) * 1e-6 / kStride.value};
}

}  // namespace

Updates find_updates(const record::Channel& channel, const Samples& samples, std::size_t index) {
  Updates updates;
  const Edges edges = find_edges(samples, index);
  updates.poll = edges.poll;
  if (edges.list.size() < kLeastUpdates) {
    updates.period.reason = updates.jitter.reason =
        fmt::format("it moved only {} times in {:.0f} s", edges.list.size(), (edges.last - edges.first).value);
    return updates;
  }
  const Regularity found = find_period(edges);
  const bool counts = channel.kind != record::ChannelKind::power;
  if (found.period < kReadingsPerUpdate * edges.poll.value) {
    updates.period.reason = fmt::format("it moves every {:.2g} ms or faster, and was read every {:.2g} ms",
                                        1e3 * found.period, 1e3 * edges.poll.value);
    updates.jitter.reason = updates.period.reason;
    if (counts) {
      add_strides(edges, updates);
    } else {
      updates.is_fine = true;
      add_updates(edges, found, counts, updates);
    }
    return updates;
  }
  judge(found, edges.poll, updates);
  add_updates(edges, found, counts, updates);
  return updates;
}

}  // namespace wattlens::calibration
