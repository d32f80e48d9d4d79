#include "calibration/estimate.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "calibration/response.h"
#include "calibration/updates.h"

namespace wattlens::calibration {
namespace {

using record::kNormal95;
constexpr std::size_t kLeastAtRest = 10;

// The deviation of single updates before the first switch of the load, without the part that steps of the reading make.
Finding<Watts> noise_at_rest(const Updates& updates, const LoadHistory& load) {
  double n = 0.0;
  double sum = 0.0;
  double squares = 0.0;
  for (const Update& update : updates.list) {
    if (!load.empty() && update.time >= load.first()) break;
    n += 1.0;
    sum += update.power.value;
    squares += update.power.value * update.power.value;
  }
  if (n < static_cast<double>(kLeastAtRest)) return {{}, fmt::format("it moved only {:.0f} times at rest", n)};
  const double variance = std::max(0.0, squares - sum * sum / n) / (n - 1.0);
  const double by_steps = updates.step.value * updates.step.value / 6.0;
  if (variance <= 2.0 * by_steps) {
    return {{}, fmt::format("below {:.2g} W, the step of its readings", updates.step.value)};
  }
  const double deviation = std::sqrt(variance - by_steps);
  const double factor = std::exp(kNormal95 / std::sqrt(2.0 * (n - 1.0)));
  return {record::Estimate<Watts>{{deviation}, {deviation / factor}, {deviation * factor}}, {}};
}

Finding<double> duty_of(const Finding<Seconds>& window, const Finding<Seconds>& period) {
  if (!period.value) return {{}, period.reason};
  if (!window.value) return {{}, "its averaging window is not resolved: " + window.reason};
  const auto share = [](Seconds part, Seconds whole) { return std::min(1.0, part / whole); };
  return {record::Estimate<double>{share(window.value->value, period.value->value),
                                   share(window.value->low, period.value->high),
                                   share(window.value->high, period.value->low)},
          {}};
}

}  // namespace

Figures estimate(const record::Channel& channel, const record::Samples& samples, std::size_t index,
                 const LoadHistory& load) {
  const Updates updates = find_updates(channel, samples, index);
  Figures figures;
  figures.update_period = updates.period;
  figures.jitter = updates.jitter;
  figures.idle_noise = noise_at_rest(updates, load);
  Response response = find_response(updates.list, load, updates.poll, figures.idle_noise);
  figures.lag = response.lag;
  figures.load_power = response.load_power;
  figures.averaging_window = response.averaging_window;
  // What was averaged here, over strides of many updates, is not the sensor's own averaging.
  if (updates.is_fine) figures.averaging_window = {{}, updates.period.reason};
  figures.duty = duty_of(figures.averaging_window, figures.update_period);
  return figures;
}

}  // namespace wattlens::calibration
