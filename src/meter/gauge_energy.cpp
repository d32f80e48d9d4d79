#include "meter/gauge_energy.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

namespace wattlens::meter {
namespace {

using base::Joules;
using base::MonoTime;
using base::Seconds;
using base::Watts;
using record::Samples;

constexpr double kMostUnseen = 0.2;      // of a window, before its energy cannot be told
constexpr double kGap = 5.0;             // usual steps without a reading
constexpr double kUniform95 = 0.95;      // a uniform error of half-width 1 lies within 0.95 with 95 % probability
constexpr Watts kMostOfAnyPart{1500.0};  // where the part tells no limit

struct Point {
  Seconds time;  // since the begin of the window
  double watts = 0.0;
};

struct Gauge {
  std::vector<Point> points;
  Seconds usual_step;
  Seconds update_period;  // observed: how long a value stays
  double low_w = 0.0;
  double high_w = 0.0;
  double square_of_changes = 0.0;  // mean, of neighbouring values that differ
};

Gauge read_points(const Samples& samples, std::size_t index, MonoTime begin) {
  Gauge gauge;
  const auto& values = samples.values[index];
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const MonoTime time{samples.time_us[i] * 1000};
    if (values[i] == Samples::kNoReading) continue;
    gauge.points.push_back({time - begin, static_cast<double>(values[i]) * 1e-6});
  }
  if (gauge.points.size() < 2) return gauge;
  std::vector<Seconds> steps;
  double squares = 0.0;
  double changes = 0.0;
  for (std::size_t i = 1; i < gauge.points.size(); ++i) {
    steps.push_back(gauge.points[i].time - gauge.points[i - 1].time);
    const double change = gauge.points[i].watts - gauge.points[i - 1].watts;
    squares += change * change;
    changes += change != 0.0 ? 1.0 : 0.0;
  }
  std::ranges::nth_element(steps, steps.begin() + static_cast<std::ptrdiff_t>(steps.size() / 2));
  gauge.usual_step = steps[steps.size() / 2];
  const auto [low, high] = std::ranges::minmax(gauge.points, {}, &Point::watts);
  gauge.low_w = low.watts;
  gauge.high_w = high.watts;
  if (changes > 0.0) {
    gauge.update_period = (gauge.points.back().time - gauge.points.front().time) / changes;
    gauge.square_of_changes = squares / changes;
  }
  return gauge;
}

ChannelResult missing(const record::Channel& channel, std::string reason, std::string code, std::string message,
                      std::string hint = {}) {
  ChannelResult result;
  result.reason = std::move(reason);
  result.warnings.push_back({std::move(code), channel.id, std::move(message), std::move(hint)});
  return result;
}

// The trapezoid over the readings, each end held; repeated equal readings are readings.
struct Integral {
  double joules = 0.0;
  Seconds covered;
  Seconds longest_gap;
  Spread gaps;
  std::int64_t readings = 0;
};

Integral integrate(const Gauge& gauge, Seconds duration) {
  Integral integral;
  for (std::size_t i = 1; i < gauge.points.size(); ++i) {
    const Point& a = gauge.points[i - 1];
    const Point& b = gauge.points[i];
    const Seconds from = std::max(a.time, Seconds{});
    const Seconds to = std::min(b.time, duration);
    if (to <= from) continue;
    const double slope = (b.watts - a.watts) / (b.time - a.time).value;
    const Seconds step = to - from;
    integral.joules += (a.watts + slope * (0.5 * (from + to) - a.time).value) * step.value;
    integral.covered += step;
    ++integral.readings;
    // Nothing is known of the power in a gap but that it was one of those seen.
    if (b.time - a.time > kGap * gauge.usual_step) {
      integral.gaps.add_uniform(0.5 * (gauge.high_w - gauge.low_w) * step.value);
    }
    integral.longest_gap = std::max(integral.longest_gap, step);
  }
  return integral;
}

void add_errors(const record::Channel& channel, const Gauge& gauge, const Integral& integral, Seconds duration,
                Seconds batch, ChannelResult& result) {
  const double range = gauge.high_w - gauge.low_w;
  result.spread.add(integral.gaps);
  result.spread.add_uniform(0.5 * range * (duration - integral.covered).value);
  // Each value stands for the time it stays, with an error whose size the jumps between neighbours show.
  const double updates = std::max(1.0, integral.covered / std::max(gauge.update_period, gauge.usual_step));
  result.spread.add_normal(std::sqrt(0.5 * gauge.square_of_changes / updates) * integral.covered.value);
  // At either end a reading speaks of the time before it: its own averaging and the wait for the next one.
  if (channel.averaging_window || channel.update_period) {
    const Seconds late =
        channel.averaging_window.value_or(Seconds{}) +
        (gauge.update_period.value > 0.0 ? gauge.update_period : channel.update_period.value_or(Seconds{}));
    result.spread.add_uniform(0.5 * range * late.value);
    result.spread.add_uniform(0.5 * range * late.value);
  }
  add_blind_time(channel, duration, batch, result);
}

}  // namespace

void add_blind_time(const record::Channel& channel, Seconds duration, Seconds batch, ChannelResult& result) {
  const double duty = channel.duty.value_or(1.0);
  if (duty >= 1.0 || !result.value) return;
  const Watts mean = *result.value / duration;
  const Watts most = channel.largest_power.value_or(kMostOfAnyPart);
  const Watts farthest = std::max(mean, most - mean);
  const double unmixed = channel.averaging_window ? std::min(1.0, batch / *channel.averaging_window) : 1.0;
  const Joules error = (1.0 - duty) * unmixed * (farthest * duration);
  result.spread.add_uniform(error.value / kUniform95);
}

ChannelResult measure_gauge(const record::Channel& channel, const Samples& samples, std::size_t index, MonoTime begin,
                            MonoTime end, Seconds batch) {
  const Gauge gauge = read_points(samples, index, begin);
  const Seconds duration = end - begin;
  if (gauge.points.size() < 2) {
    return missing(channel, "unreadable", "no_reading", fmt::format("{} could not be read", channel.id));
  }
  if (channel.averaging_window && duration < *channel.averaging_window) {
    return missing(
        channel, "too_short", "too_short",
        fmt::format("{} shows means of {:.2g} s, longer than the window", channel.id, channel.averaging_window->value),
        fmt::format("run at least {:.2g} s", 5.0 * channel.averaging_window->value));
  }
  const Integral integral = integrate(gauge, duration);
  if (integral.readings == 0 || integral.covered < (1.0 - kMostUnseen) * duration) {
    return missing(channel, "too_short", "too_short", fmt::format("{} was read too seldom", channel.id));
  }
  ChannelResult result;
  result.updates = integral.readings;
  result.value = Joules{integral.joules * (duration / integral.covered)};
  add_errors(channel, gauge, integral, duration, batch, result);
  if (integral.longest_gap > kGap * gauge.usual_step) {
    result.warnings.push_back(
        {"gap",
         channel.id,
         fmt::format("{} could not be read for {:.0f} ms", channel.id, integral.longest_gap.value * 1e3),
         {}});
  }
  return result;
}

}  // namespace wattlens::meter
