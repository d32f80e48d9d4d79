#include "meter/edges.h"

#include <algorithm>
#include <numeric>

namespace wattlens::meter {
namespace {

using base::Joules;
using base::MonoTime;
using base::Seconds;
using record::Samples;

// No counter in use is coarser; a larger common divisor only says that the power is very steady.
constexpr std::int64_t kLargestQuantum = 1000;  // uJ

constexpr Seconds kTick{0.01};

struct Point {
  Seconds time;
  Seconds bracket;
  std::int64_t value_uj = 0;
};

// How long reading one sample took: where it is not known how long (slow sensors share it), up to the sample before.
Seconds bracket(const Samples& samples, std::size_t i) {
  constexpr std::uint8_t kOrMore = 255;
  if (samples.bracket_us[i] < kOrMore || i == 0) return base::milliseconds(samples.bracket_us[i] * 1e-3);
  return Seconds{static_cast<double>(samples.time_us[i] - samples.time_us[i - 1]) * 1e-6};
}

std::vector<Point> readings(const Samples& samples, std::size_t index, MonoTime origin) {
  std::vector<Point> points;
  const auto& values = samples.values[index];
  for (std::size_t i = 0; i < samples.size(); ++i) {
    if (values[i] == Samples::kNoReading) continue;
    const Seconds time = MonoTime{samples.time_us[i] * 1000} - origin;
    points.push_back({time, bracket(samples, i), values[i]});
  }
  return points;
}

Seconds median_step(const std::vector<std::int64_t>& time_us) {
  std::vector<std::int64_t> steps;
  for (std::size_t i = 1; i < time_us.size(); ++i) steps.push_back(time_us[i] - time_us[i - 1]);
  if (steps.empty()) return {};
  const auto middle = steps.begin() + static_cast<std::ptrdiff_t>(steps.size() / 2);
  std::ranges::nth_element(steps, middle);
  return {static_cast<double>(*middle) * 1e-6};
}

// How long before a reading that shows a change the counter may have taken the value.
Seconds uncertainty(const record::Channel& channel, Seconds since_reading_before, bool changes_always) {
  // A model is computed at the reading itself, from times that the kernel counts in ticks.
  if (channel.kind == record::ChannelKind::model) return kTick;
  // One that changes between all samples keeps at least its nominal pace.
  if (changes_always && channel.update_period) return std::min(*channel.update_period, since_reading_before);
  return since_reading_before;
}

// Whether readings that lie an update apart differ; closer ones need not.
bool keeps_its_pace(const record::Channel& channel, const std::vector<Point>& points) {
  std::size_t steps = 0;
  std::size_t changes = 0;
  for (std::size_t i = 1; i < points.size(); ++i) {
    if (channel.update_period && points[i].time - points[i - 1].time < *channel.update_period) continue;
    ++steps;
    changes += points[i].value_uj != points[i - 1].value_uj ? 1 : 0;
  }
  return steps > 0 && changes * 10 >= steps * 9;
}

// The points between the resets nearest to the window.
std::vector<Point> unbroken(std::vector<Point> points, Seconds begin, Seconds end, bool& reset) {
  std::size_t first = 0;
  for (std::size_t i = 1; i < points.size(); ++i) {
    if (points[i].value_uj >= points[i - 1].value_uj) continue;
    if (points[i].time <= begin) {
      first = i;
    } else if (points[i - 1].time >= end) {
      points.resize(i);
    } else {
      reset = true;
    }
  }
  points.erase(points.begin(), points.begin() + static_cast<std::ptrdiff_t>(first));
  return points;
}

}  // namespace

Track find_edges(const record::Channel& channel, const Samples& samples, std::size_t index, MonoTime begin,
                 MonoTime end) {
  Track track;
  if (samples.size() == 0) return track;
  track.origin = MonoTime{samples.time_us.front() * 1000};
  track.poll = median_step(samples.time_us);
  const Seconds from = begin - track.origin;
  const Seconds to = end - track.origin;
  const auto points = unbroken(readings(samples, index, track.origin), from, to, track.reset);
  if (points.empty()) return track;
  track.any_reading = true;
  track.first_reading = points.front().time;
  track.last_reading = points.back().time;
  track.rests.push_back({points.front().time, points.front().time});

  const bool changes_always = keeps_its_pace(channel, points);
  std::int64_t quantum = 0;
  for (std::size_t i = 1; i < points.size(); ++i) {
    const Point& before = points[i - 1];
    const Point& now = points[i];
    const Seconds overlap = std::min(now.time, to) - std::max(before.time, from);
    track.longest_gap = std::max(track.longest_gap, overlap);
    const std::int64_t step = now.value_uj - before.value_uj;
    // Equal readings on both sides of a gap say that it stood still in it too; others say nothing.
    if (step != 0) track.rests.push_back({now.time, now.time});
    track.rests.back().end = now.time;
    if (step <= 0) continue;
    quantum = std::gcd(quantum, step);
    const Seconds width =
        uncertainty(channel, now.time - before.time, changes_always) + 0.5 * (now.bracket + before.bracket);
    const Seconds latest = now.time + 0.5 * now.bracket;
    track.edges.push_back({latest - 0.5 * width, 0.5 * width, Joules{static_cast<double>(now.value_uj) * 1e-6}});
  }
  track.quantum = Joules{static_cast<double>(std::min(quantum, kLargestQuantum)) * 1e-6};
  if (track.edges.size() >= 2) {
    track.period = (track.edges.back().time - track.edges.front().time) / static_cast<double>(track.edges.size() - 1);
  }
  return track;
}

}  // namespace wattlens::meter
