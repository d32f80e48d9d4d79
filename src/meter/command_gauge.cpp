#include "meter/command_gauge.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "meter/blind_time.h"
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

// At each end of the command a gauge of which nothing is known may have had any power that was seen, for as long as one
// reading stands.
ChannelResult measure_unknown_gauge(const Channel& channel, const Samples& samples, std::size_t index, MonoTime begin,
                                    MonoTime end) {
  ChannelResult result = measure_channel(channel, samples, index, begin, end, end - begin);
  if (!result.value) return result;
  const Gauge gauge = read_gauge(samples, index, begin);
  const Seconds period = std::max(gauge.update_period, gauge.usual_step);
  const Joules blur = (gauge.high - gauge.low) * std::min(period, end - begin);
  result.spread.add_uniform(blur.value);
  result.spread.add_uniform(blur.value);
  return result;
}

// How long a reading stays. Idle power may be so steady that few readings differ, so the nominal one goes before.
Seconds period_of(const Channel& channel, const Gauge& gauge) {
  return channel.update_period.value_or(gauge.update_period);
}

GaugeLooks looks_of(const Channel& channel, const Gauge& gauge, Seconds end) {
  GaugeLooks looks;
  if (gauge.points.empty()) return looks;
  const Seconds period = period_of(channel, gauge);
  const Seconds forgotten = end + settling_time(channel, period);
  looks.before = look_at(gauge, gauge.points.front().time, {}, period);
  const Seconds last = gauge.points.back().time;
  if (last >= forgotten) looks.after = look_at(gauge, forgotten, last, period);
  return looks;
}

// By how much the times that readings speak of may overlap or leave gaps, as a share of a period. `ratio`: averaging
// window over period. Windows that join leave nothing but what the figures of a sensor are wrong by.
double uneven_share(double ratio) {
  constexpr double kWrong = 0.1;
  constexpr double kFewPeriods = 3.0;  // of longer windows it is not known how many periods they hold
  if (ratio < 1.0 - kWrong) return 1.0;
  const double rest = ratio < kFewPeriods ? std::abs(ratio - std::round(ratio)) + kWrong : 1.0;
  return std::min(1.0, rest) / std::max(1.0, ratio);
}

// The readings of a sensor that is known, from the begin until the command is forgotten, less idle power.
ChannelResult measure_known_gauge(const Channel& channel, const Gauge& gauge, const GaugeLooks& looks, Seconds end) {
  const Seconds period = period_of(channel, gauge);
  const Seconds settling = settling_time(channel, period);
  const Seconds window = channel.averaging_window.value_or(Seconds{});
  const GaugeIntegral integral = integrate(gauge, {}, end + settling);
  // On average a reading is so late: half of what it averages over and half of the time that it stands.
  const Seconds late = channel.lag.value_or(Seconds{}) + 0.5 * (window + period);
  ChannelResult result;
  result.updates = integral.readings;
  Spread& spread = result.spread;
  const Joules idle = idle_energy(*looks.before, late, spread) + idle_energy(*looks.after, settling - late, spread);
  spread.add_uniform(0.5 * std::abs((looks.before->power - looks.after->power).value) * settling.value);
  result.value = integral.energy - idle;
  spread.add(integral.gaps);
  add_resolution(gauge, end, spread);
  // A command shorter than the averaging window shows less than the power it drew.
  const Watts above_idle = *result.value / end - looks.before->power;
  const double range = std::max((gauge.high - gauge.low).value, std::abs(above_idle.value));
  // At either end a value stood for longer or shorter than the time it speaks of.
  const double jump = range * uneven_share(window / period);
  spread.add_uniform(0.5 * jump * period.value);
  spread.add_uniform(0.5 * jump * period.value);
  spread.add_uniform(0.5 * range * gauge.usual_step.value);
  add_blind_time(channel, end, end, sight_of(channel, gauge, period, end), result);
  warn_of_gap(channel, integral, std::max(gauge.usual_step, Seconds{0.01}), result);
  return result;
}

}  // namespace

GaugeLooks gauge_looks(const Channel& channel, const Samples& samples, std::size_t index, MonoTime begin,
                       MonoTime end) {
  return looks_of(channel, read_gauge(samples, index, begin), end - begin);
}

ChannelResult measure_command_gauge(const Channel& channel, const Samples& samples, std::size_t index, MonoTime begin,
                                    MonoTime end) {
  if (!channel.update_period && !channel.averaging_window) {
    return measure_unknown_gauge(channel, samples, index, begin, end);
  }
  const Gauge gauge = read_gauge(samples, index, begin);
  const GaugeLooks looks = looks_of(channel, gauge, end - begin);
  // Cut short, by an interrupt say: the readings of the command alone must do.
  if (!looks.before || !looks.after) return measure_channel(channel, samples, index, begin, end, end - begin);
  return measure_known_gauge(channel, gauge, looks, end - begin);
}

}  // namespace wattlens::meter
