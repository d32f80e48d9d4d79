#include "meter/gauge_readings.h"

#include <algorithm>

namespace wattlens::meter {
namespace {

using base::MonoTime;
using base::Seconds;
using record::Samples;

constexpr std::int64_t kCoarsest = 1'000'000;  // uW; no sensor that is read here shows less than whole watts

}  // namespace

Gauge read_gauge(const Samples& samples, std::size_t index, MonoTime begin) {
  Gauge gauge;
  const auto& values = samples.values[index];
  std::int64_t resolution_uw = kCoarsest;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const MonoTime time{samples.time_us[i] * 1000};
    if (values[i] == Samples::kNoReading) continue;
    while (values[i] % resolution_uw != 0) resolution_uw /= 10;
    gauge.points.push_back({time - begin, {static_cast<double>(values[i]) * 1e-6}});
  }
  if (gauge.points.size() < 2) return gauge;
  std::vector<Seconds> steps;
  double squares = 0.0;
  double changes = 0.0;
  for (std::size_t i = 1; i < gauge.points.size(); ++i) {
    steps.push_back(gauge.points[i].time - gauge.points[i - 1].time);
    const double change = (gauge.points[i].power - gauge.points[i - 1].power).value;
    squares += change * change;
    changes += change != 0.0 ? 1.0 : 0.0;
  }
  std::ranges::nth_element(steps, steps.begin() + static_cast<std::ptrdiff_t>(steps.size() / 2));
  gauge.usual_step = steps[steps.size() / 2];
  gauge.resolution = {static_cast<double>(resolution_uw) * 1e-6};
  const auto [low, high] = std::ranges::minmax(gauge.points, {}, &GaugePoint::power);
  gauge.low = low.power;
  gauge.high = high.power;
  if (changes > 0.0) {
    gauge.update_period = (gauge.points.back().time - gauge.points.front().time) / changes;
    gauge.square_of_changes = squares / changes;
  }
  return gauge;
}

void add_resolution(const Gauge& gauge, Seconds time, Spread& spread) {
  if (gauge.high - gauge.low < 2.0 * gauge.resolution) spread.add_uniform((0.5 * gauge.resolution * time).value);
}

GaugeIntegral integrate(const Gauge& gauge, Seconds begin, Seconds end) {
  GaugeIntegral integral;
  for (std::size_t i = 1; i < gauge.points.size(); ++i) {
    const GaugePoint& a = gauge.points[i - 1];
    const GaugePoint& b = gauge.points[i];
    const Seconds from = std::max(a.time, begin);
    const Seconds to = std::min(b.time, end);
    if (to <= from) continue;
    const double slope = (b.power - a.power).value / (b.time - a.time).value;  // W/s
    const Seconds step = to - from;
    integral.energy += (a.power + base::Watts{slope * (0.5 * (from + to) - a.time).value}) * step;
    integral.covered += step;
    ++integral.readings;
    // Nothing is known of the power in a gap but that it was one of those seen.
    if (b.time - a.time > kGaugeGap * gauge.usual_step) {
      integral.gaps.add_uniform((0.5 * (gauge.high - gauge.low) * step).value);
    }
    integral.longest_gap = std::max(integral.longest_gap, step);
  }
  return integral;
}

}  // namespace wattlens::meter
