#include "simulation/register.h"

#include <algorithm>
#include <cmath>

namespace wattlens::simulation {
namespace {

// Dies count from unrelated values.
constexpr Joules kBetweenDies{1234.567};
constexpr double kMostUj = 9e18;

std::int64_t to_micro(double value) { return std::llround(std::clamp(value * 1e6, -kMostUj, kMostUj)); }

const Power& power_of(const Scenario& scenario, const Sensor& sensor) { return scenario.powers.at(sensor.power); }

}  // namespace

Register::Register(const Scenario& scenario, const Sensor& sensor, int die)
    : scenario_(scenario),
      sensor_(sensor),
      power_(power_of(scenario, sensor)),
      die_(die),
      part_(sensor.mirrored ? 1.0 : 1.0 / sensor.dies),
      start_(sensor.start + (sensor.mirrored ? 0 : die) * kBetweenDies),
      seed_(base::derive_seed(scenario.seed, sensor.id) + (sensor.mirrored ? 0 : static_cast<std::uint64_t>(die))),
      summed_(sensor.kind == record::ChannelKind::counter && (sensor.window || sensor.noise.value > 0.0)),
      reset_done_(scenario.faults.size()) {
  // A sensor has been running since long before its first update here.
  next_update_ = update_before(Seconds{}) + 1.0;
}

std::optional<std::int64_t> Register::range_uj() const {
  if (!sensor_.width_bits) return std::nullopt;
  return to_micro(std::ldexp(sensor_.unit, *sensor_.width_bits));
}

bool Register::concerns(const Fault& fault) const {
  return (fault.sensor.empty() || fault.sensor == sensor_.id) && (!fault.die || *fault.die == die_);
}

bool Register::strikes(const Fault& fault, Seconds time, int attempt) const {
  if (!concerns(fault) || time < fault.begin || time >= fault.end) return false;
  if (fault.share >= 1.0) return true;
  base::Random random(seed_ ^ static_cast<std::uint64_t>(std::llround(time.value * 1e9)));
  random.skip(static_cast<std::uint64_t>(attempt));
  return random.uniform() < fault.share;
}

RawStatus Register::status_at(Seconds time, int attempt) const {
  for (const Fault& fault : scenario_.faults) {
    if (!strikes(fault, time, attempt)) continue;
    switch (fault.kind) {
      case FaultKind::failed: return RawStatus::failed;
      case FaultKind::empty: return RawStatus::empty;
      case FaultKind::permission: return RawStatus::permission;
      case FaultKind::unplugged: return RawStatus::unplugged;
      default: break;
    }
  }
  return RawStatus::ok;
}

double Register::random(double n, std::string_view purpose) const {
  base::Random random(base::derive_seed(seed_, purpose));
  random.skip(static_cast<std::uint64_t>(static_cast<std::int64_t>(n)));
  return random.uniform();
}

Seconds Register::update_time(double n) const {
  const Seconds late = sensor_.jitter.value > 0.0 ? random(n, "jitter") * sensor_.jitter : Seconds{};
  return sensor_.phase + n * sensor_.period + late;
}

// The number of the last update at or before a time.
double Register::update_before(Seconds time) const {
  if (sensor_.period.value <= 0.0) return 0.0;
  double n = std::floor((time - sensor_.phase) / sensor_.period);
  while (update_time(n) > time) n -= 1.0;
  return n;
}

// What the register of an ideal integral shows after an update at `time`.
Joules Register::shown(Seconds time) const {
  Joules seen = power_.energy(time - sensor_.lag) - power_.energy(-sensor_.lag);
  if (scenario_.images && power_.per_image > Joules{}) seen += scenario_.images(time) * power_.per_image;
  return part_ * (sensor_.gain * seen + sensor_.offset * time);
}

// What update `n` says of the power.
Watts Register::mean_power(double n) const {
  const Seconds end = update_time(n) - sensor_.lag;
  const bool counts = sensor_.kind == record::ChannelKind::counter;
  const Seconds window = sensor_.window.value_or(counts ? sensor_.period : Seconds{});
  const Watts mean = window.value > 0.0 ? (power_.energy(end) - power_.energy(end - window)) / window : power_.at(end);
  double watts = sensor_.gain * mean.value + sensor_.offset.value;
  if (sensor_.noise.value > 0.0) {
    watts += sensor_.noise.value * base::normal_quantile(std::clamp(random(n, "noise"), 1e-12, 1.0 - 1e-12));
  }
  return {std::max(0.0, part_ * watts)};
}

void Register::advance(Seconds time) {
  const double last = update_before(time);
  if (!summed_) {
    // Without a period every reading is new.
    const Seconds update = sensor_.period.value > 0.0 ? update_time(last) : time;
    energy_ = std::max(energy_, shown(std::max(update, Seconds{})));
    return;
  }
  for (; next_update_ <= last; next_update_ += 1.0) energy_ += mean_power(next_update_) * sensor_.period;
}

double Register::to_register(double amount) const { return std::floor(amount / sensor_.unit + 1e-9) * sensor_.unit; }

std::int64_t Register::counter_uj(Seconds time, int attempt) {
  Seconds seen = time;
  Joules added;
  bool zero = false;
  for (std::size_t i = 0; i < scenario_.faults.size(); ++i) {
    const Fault& fault = scenario_.faults[i];
    if (fault.kind == FaultKind::reset && concerns(fault) && time >= fault.begin && !reset_done_[i]) {
      advance(fault.begin);
      lost_ = energy_ + start_;
      reset_done_[i] = true;
    }
    if (!strikes(fault, time, attempt)) continue;
    if (fault.kind == FaultKind::stuck) seen = std::min(seen, fault.begin);
    if (fault.kind == FaultKind::zero) zero = true;
    if (fault.kind == FaultKind::spike) added += Joules{fault.amount};
    if (fault.kind == FaultKind::backwards) added -= Joules{fault.amount};
  }
  advance(seen);
  if (zero) return 0;
  const Joules shown_now = energy_ + start_ - lost_ + added;
  double value = to_register(std::max(0.0, shown_now.value));
  if (sensor_.width_bits) value = std::fmod(value, std::ldexp(sensor_.unit, *sensor_.width_bits));
  return to_micro(value);
}

std::int64_t Register::gauge_uw(Seconds time, int attempt) {
  Seconds seen = time;
  double added = 0.0;
  bool zero = false;
  for (const Fault& fault : scenario_.faults) {
    if (!strikes(fault, time, attempt)) continue;
    if (fault.kind == FaultKind::stuck) seen = std::min(seen, fault.begin);
    if (fault.kind == FaultKind::zero) zero = true;
    if (fault.kind == FaultKind::spike) added += fault.amount;
    if (fault.kind == FaultKind::backwards) added -= fault.amount;
  }
  if (zero) return 0;
  double watts = 0.0;
  if (sensor_.period.value > 0.0) {
    watts = mean_power(update_before(seen)).value;
  } else {
    watts = std::max(0.0, part_ * (sensor_.gain * power_.at(seen - sensor_.lag).value + sensor_.offset.value));
  }
  return to_micro(to_register(std::max(0.0, watts + added)));
}

RawReading Register::read(Seconds time, int attempt) {
  const RawStatus status = status_at(time, attempt);
  if (status != RawStatus::ok) return {status, 0};
  const bool counts = sensor_.kind == record::ChannelKind::counter;
  return {RawStatus::ok, counts ? counter_uj(time, attempt) : gauge_uw(time, attempt)};
}

Joules true_energy(const Scenario& scenario, const Sensor& sensor, Seconds time) {
  return power_of(scenario, sensor).energy(time);
}

}  // namespace wattlens::simulation
