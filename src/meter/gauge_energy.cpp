#include "meter/gauge_energy.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "meter/blind_time.h"
#include "meter/gauge_readings.h"

namespace wattlens::meter {
namespace {

using base::Joules;
using base::MonoTime;
using base::Seconds;
using base::Watts;
using record::Samples;

constexpr double kMostUnseen = 0.2;  // of a window, before its energy cannot be told
constexpr double kLeastOwn = 0.5;    // of a window, that the readings must speak of alone
constexpr double kMostParts = 8.0;   // whose powers are compared
constexpr double kSeesAll = 0.9;     // of the update period: the averaging window of a sensor that misses nothing

// The readings that are integrated, by their times.
struct Part {
  Seconds from;
  Seconds to;
  bool own = false;  // they speak of the power inside the window alone
};

// A reading speaks of the averaging window before it, late by the lag, and stands until the next one: those of so long
// after the begin speak of the window alone. Of work in pieces whole ones are taken, for a piece is busy and quiet in
// turn. A window too short for that is read as a whole, with what came before it.
Part choose_part(const record::Channel& channel, const Gauge& gauge, Seconds duration, Seconds batch) {
  const Seconds settling = settling_time(channel, gauge.update_period);
  Seconds length = duration - settling;
  if (settling > Seconds{} && batch < length) length = std::floor(length / batch) * batch;
  if (length < kLeastOwn * duration) return {{}, duration, false};
  return {duration - length, duration, settling > Seconds{}};
}

// How far the mean powers of parts of the window, of whole pieces of work each, lie apart: what is not integrated may
// differ by that.
Watts drift(const Gauge& gauge, Seconds duration, Seconds batch) {
  const double pieces = std::max(1.0, std::floor(duration / batch + 0.5));
  const Seconds length = std::ceil(pieces / kMostParts) * (duration / pieces);
  Watts low{std::numeric_limits<double>::max()};
  Watts high;
  for (Seconds end = duration; end >= length; end -= length) {
    const GaugeIntegral part = integrate(gauge, end - length, end);
    if (part.covered <= Seconds{}) continue;
    low = std::min(low, part.energy / part.covered);
    high = std::max(high, part.energy / part.covered);
  }
  return std::max(Watts{}, high - low);
}

// What the values between two ends of a part may hide. Each stands for the time it stays; the jumps between neighbours
// show how wrong that is. Where each averages over all the time since the one before, only the ends are wrong.
void add_sampling(const record::Channel& channel, const Gauge& gauge, const GaugeIntegral& integral, Seconds duration,
                  Spread& spread) {
  const Seconds period = std::max(gauge.update_period, gauge.usual_step);
  const double jump = std::sqrt(gauge.square_of_changes);
  if (channel.averaging_window && *channel.averaging_window >= kSeesAll * period) {
    const Seconds shown_late = period + gauge.usual_step;
    spread.add_uniform(0.5 * jump * shown_late.value);
    spread.add_uniform(0.5 * jump * shown_late.value);
    return;
  }
  const double updates = std::max(1.0, integral.covered / period);
  spread.add_normal(jump * std::sqrt(0.5 / updates) * duration.value);
}

void add_errors(const record::Channel& channel, const Gauge& gauge, const Part& part, const GaugeIntegral& integral,
                Seconds duration, Seconds batch, ChannelResult& result) {
  const Watts range = gauge.high - gauge.low;
  const double scale = duration / (part.to - part.from);
  result.spread.add(integral.gaps, scale);
  result.spread.add_uniform((0.5 * range * (part.to - part.from - integral.covered)).value * scale);
  add_sampling(channel, gauge, integral, duration, result.spread);
  add_resolution(gauge, duration, result.spread);
  if (part.own) {
    result.spread.add_uniform((drift(gauge, duration, batch) * (duration - (part.to - part.from))).value);
  } else if (channel.averaging_window || channel.update_period) {
    // At either end a reading speaks of the time before it.
    const Seconds late = settling_time(channel, gauge.update_period);
    result.spread.add_uniform((0.5 * range * late).value);
    result.spread.add_uniform((0.5 * range * late).value);
  }
  add_blind_time(channel, duration, batch, sight_of(channel, gauge, gauge.update_period, integral.covered), result);
}

}  // namespace

Seconds settling_time(const record::Channel& channel, Seconds observed_period) {
  if (!channel.averaging_window && !channel.update_period) return {};
  const Seconds period = observed_period > Seconds{} ? observed_period : channel.update_period.value_or(Seconds{});
  return channel.lag.value_or(Seconds{}) + channel.averaging_window.value_or(Seconds{}) + period;
}

void warn_of_gap(const record::Channel& channel, const GaugeIntegral& integral, Seconds usual_step,
                 ChannelResult& result) {
  if (integral.longest_gap <= kGaugeGap * usual_step) return;
  result.warnings.push_back(
      {"gap",
       channel.id,
       fmt::format("{} could not be read for {:.0f} ms", channel.id, integral.longest_gap.value * 1e3),
       {}});
}

ChannelResult measure_gauge(const record::Channel& channel, const Samples& samples, std::size_t index, MonoTime begin,
                            MonoTime end, Seconds batch) {
  const Gauge gauge = read_gauge(samples, index, begin);
  const Seconds duration = end - begin;
  if (gauge.points.size() < 2) {
    return no_energy("unreadable", {"no_reading", channel.id, fmt::format("{} could not be read", channel.id), {}});
  }
  if (channel.averaging_window && duration < *channel.averaging_window) {
    return no_energy("too_short", {"too_short", channel.id,
                                   fmt::format("{} shows means of {:.2g} s, longer than the window", channel.id,
                                               channel.averaging_window->value),
                                   fmt::format("run at least {:.2g} s", 5.0 * channel.averaging_window->value)});
  }
  const Part part = choose_part(channel, gauge, duration, batch);
  const GaugeIntegral integral = integrate(gauge, part.from, part.to);
  if (integral.readings == 0 || integral.covered < (1.0 - kMostUnseen) * (part.to - part.from)) {
    return no_energy("too_short", {"too_short", channel.id, fmt::format("{} was read too seldom", channel.id), {}});
  }
  ChannelResult result;
  result.updates = integral.readings;
  result.value = integral.energy * (duration / integral.covered);
  add_errors(channel, gauge, part, integral, duration, batch, result);
  warn_of_gap(channel, integral, gauge.usual_step, result);
  return result;
}

}  // namespace wattlens::meter
