#include "simulation/power.h"

#include <algorithm>
#include <cmath>

#include "base/random.h"

namespace wattlens::simulation {
namespace {

// Energy of a square wave from the begin of a period, over whole periods and a part of one.
Joules square_energy(const Square& square, Seconds since_phase) {
  const double periods = std::floor(since_phase / square.period);
  const Seconds busy = square.share * square.period;
  const Seconds into = since_phase - periods * square.period;
  const Joules whole = square.high * busy + square.low * (square.period - busy);
  return periods * whole + square.high * std::min(into, busy) + square.low * std::max(into - busy, Seconds{});
}

// Where in its interval the burst of number `n` begins.
Seconds burst_begin(const Bursts& bursts, double n) {
  base::Random random(bursts.seed);
  random.skip(static_cast<std::uint64_t>(static_cast<std::int64_t>(n)));
  return n * bursts.every + random.uniform() * (bursts.every - bursts.length);
}

Joules bursts_energy(const Bursts& bursts, Seconds time) {
  const double n = std::floor(time / bursts.every);
  const Seconds into = std::clamp(time - burst_begin(bursts, n), Seconds{}, bursts.length);
  return bursts.high * (n * bursts.length + into);
}

Joules ramp_energy(const Ramp& ramp, Seconds time) {
  const Seconds before = std::min(time, ramp.begin);
  const Seconds inside = std::clamp(time, ramp.begin, ramp.end) - ramp.begin;
  const Seconds after = std::max(time - ramp.end, Seconds{});
  const double share = inside / (ramp.end - ramp.begin);
  const Watts mean = ramp.low + 0.5 * share * (ramp.high - ramp.low);
  return ramp.low * before + mean * inside + ramp.high * after;
}

Watts step_power(const std::vector<Step>& steps, Seconds time) {
  const auto next = std::ranges::upper_bound(steps, time, {}, &Step::at);
  return next != steps.begin() ? std::prev(next)->power : Watts{};
}

// From 0 to `time`.
Joules steps_energy(const std::vector<Step>& steps, Seconds time) {
  Joules energy;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const Seconds end = i + 1 < steps.size() ? std::min(steps[i + 1].at, time) : time;
    const Seconds begin = std::max(steps[i].at, Seconds{});
    if (end > begin) energy += steps[i].power * (end - begin);
  }
  return energy;
}

}  // namespace

Watts Power::at(Seconds time) const {
  Watts power = constant + step_power(steps, time) + step_power(load_steps, time);
  if (square) {
    const Seconds since = time - square->phase;
    const Seconds into = since - std::floor(since / square->period) * square->period;
    power += into < square->share * square->period ? square->high : square->low;
  }
  if (ramp) {
    const double share = std::clamp((time - ramp->begin) / (ramp->end - ramp->begin), 0.0, 1.0);
    power += ramp->low + share * (ramp->high - ramp->low);
  }
  if (bursts) {
    const Seconds begin = burst_begin(*bursts, std::floor(time / bursts->every));
    if (time >= begin && time < begin + bursts->length) power += bursts->high;
  }
  return power;
}

Joules Power::energy(Seconds time) const {
  if (time < Seconds{}) return at(Seconds{}) * time;
  Joules energy = constant * time + steps_energy(steps, time) + steps_energy(load_steps, time);
  if (square) energy += square_energy(*square, time - square->phase) - square_energy(*square, -square->phase);
  if (ramp) energy += ramp_energy(*ramp, time) - ramp_energy(*ramp, Seconds{});
  if (bursts) energy += bursts_energy(*bursts, time);
  return energy;
}

}  // namespace wattlens::simulation
