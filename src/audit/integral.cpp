#include "audit/integral.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace wattlens::audit {
namespace {

using base::Joules;
using base::Seconds;

using record::kNormal95;

struct Bounds {
  double energy = 0.0;
  double half_width = 0.0;
  std::vector<std::string> holds;
};

std::string share(double joules, double of) {
  return of > 0.0 ? fmt::format("±{:.2g} %", 100.0 * joules / of) : fmt::format("±{:.3g} J", joules);
}

// What steps that are no ordinary ones change.
void add_steps(const SeriesScan& scan, Seconds usual, Bounds& bounds) {
  const double range = scan.highest_power().value - scan.lowest().value;
  double gap_seconds = 0.0;
  for (const Step& step : scan.longest_steps()) {
    if (is_hour_step(step.duration, usual)) {
      bounds.energy -= (step.power * (step.duration - usual)).value;
      bounds.holds.emplace_back("an hour that the clock was set forward, taken out");
    } else if (is_gap(step.duration, usual) && scan.info().kind == SeriesKind::power) {
      gap_seconds += step.duration.value;
    }
  }
  if (gap_seconds > 0.0) {
    // What the list of the longest steps does not hold, the histogram does.
    gap_seconds = std::max(gap_seconds, scan.step().sum_above(kGap * usual.value * 1.04));
    const double half = 0.5 * range * gap_seconds;
    bounds.half_width += half;
    bounds.holds.push_back(fmt::format("gaps of {:.3g} s together ({})", gap_seconds, share(half, bounds.energy)));
  }
  if (scan.info().kind != SeriesKind::power) return;
  double unsure = 0.0;
  for (const Step& step : scan.steps_back()) {
    bounds.energy += (step.power * usual).value;
    if (!is_hour_step(-step.duration, usual)) unsure -= (step.duration * step.power).value;
  }
  if (unsure > 0.0) {
    bounds.half_width += unsure;
    bounds.holds.push_back(fmt::format("times that run back ({})", share(unsure, bounds.energy)));
  }
}

void add_decreases(const SeriesScan& scan, Bounds& bounds) {
  double unsure = 0.0;
  for (const Decrease& decrease : scan.decreases()) {
    if (!decrease.range) unsure += (scan.highest_power() * decrease.duration).value;
  }
  if (unsure == 0.0) return;
  bounds.half_width += unsure;
  bounds.holds.push_back(fmt::format("a counter that began anew ({})", share(unsure, bounds.energy)));
}

void add_sensor(const SensorError& sensor, Seconds covered, const Bounds& bounds, Integral& integral) {
  const double low = bounds.energy - bounds.half_width;
  const double high = bounds.energy + bounds.half_width;
  record::Interval<Joules> absolute{Joules{low * (1.0 + sensor.gain_low)}, Joules{high * (1.0 + sensor.gain_high)}};
  std::string words =
      fmt::format("gain of such sensors ({:+.0f} … {:+.0f} %", 100.0 * sensor.gain_low, 100.0 * sensor.gain_high);
  if (sensor.offset) {
    absolute.low += sensor.offset->low * covered;
    absolute.high += sensor.offset->high * covered;
    words += fmt::format(", {:+.0f} … {:+.0f} W", sensor.offset->low.value, sensor.offset->high.value);
  }
  integral.absolute = absolute;
  integral.holds.push_back(words + ")");
}

}  // namespace

bool is_gap(Seconds step, Seconds usual_step) { return usual_step > Seconds{} && step > kGap * usual_step; }

bool is_hour_step(Seconds step, Seconds usual_step) {
  const double usual = usual_step.value;
  return usual > 0.0 && usual < 300.0 && std::abs((step - kDaylightSaving).value) <= 2.0 * usual + 1.0;
}

std::optional<Integral> integrate(const SeriesScan& scan, const SensorErrors& sensors) {
  const auto usual = scan.step().quantile(0.5);
  if (!usual || scan.samples() < 2) return std::nullopt;
  Bounds bounds{scan.energy().value, 0.0, {}};
  Integral integral;
  if (scan.info().kind == SeriesKind::power) {
    bounds.half_width = kNormal95 * scan.sampling_error().value;
    bounds.holds.push_back(
        fmt::format("sampling every {:.3g} s ({})", *usual, share(bounds.half_width, bounds.energy)));
    integral.leaves_out.emplace_back("a load that keeps step with the sampling");
  } else {
    integral.leaves_out.emplace_back("how late the counter moves at both ends");
  }
  add_steps(scan, Seconds{*usual}, bounds);
  add_decreases(scan, bounds);
  integral.energy = Joules{bounds.energy};
  integral.relative = {Joules{bounds.energy - bounds.half_width}, Joules{bounds.energy + bounds.half_width}};
  if (bounds.holds.empty()) bounds.holds.emplace_back("what the counter counted, as it stands");
  integral.holds = bounds.holds;
  const auto sensor = sensors ? sensors(scan.info()) : std::nullopt;
  const bool known = sensor && (sensor->gain_low != 0.0 || sensor->gain_high != 0.0);
  if (known) add_sensor(*sensor, scan.covered(), bounds, integral);
  if (!known) integral.leaves_out.emplace_back("the sensor's own error");
  if (sensor && sensor->duty && *sensor->duty < 1.0) {
    integral.leaves_out.push_back(fmt::format("a sensor that sees {:.0f} % of the time", 100.0 * *sensor->duty));
  }
  return integral;
}

}  // namespace wattlens::audit
