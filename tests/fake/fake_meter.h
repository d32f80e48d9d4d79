// A simulated meter of known true power: counters that update, round, err and fail as real ones do.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "fake/fake_clock.h"
#include "meter/meter.h"
#include "record/run.h"

namespace wattlens::fake {

// One simulated channel. All times are since the meter was made.
struct FakeChannel {
  record::Channel channel = {};
  std::function<double(double)> energy_j = [](double seconds) { return 100.0 * seconds; };  // true, since the start
  std::function<double(double)> power_w = [](double) { return 100.0; };                     // for gauges
  double update_period_s = 0.001;
  double phase_s = 0.0;  // of the first update
  double quantum_j = 0.0;
  double gain = 1.0;  // true energy = reading x gain
  double stuck_from_s = 1e18;
  double reset_at_s = 1e18;
  std::vector<std::pair<double, double>> failing = {};  // from, to
};

inline record::Channel counter_channel(std::string id) {
  record::Channel channel = {};
  channel.id = std::move(id);
  channel.kind = record::ChannelKind::counter;
  channel.method = "fake";
  channel.scope = "simulated";
  channel.provenance = record::Provenance::measured;
  return channel;
}

class FakeMeter final : public meter::Meter {
 public:
  FakeMeter(const base::Clock& clock, std::vector<FakeChannel> channels, std::string name = "fake")
      : clock_(clock), name_(std::move(name)), start_(clock.now()), fakes_(std::move(channels)) {
    for (const FakeChannel& fake : fakes_) channels_.push_back(fake.channel);
  }

  std::string_view name() const override { return name_; }
  std::span<const record::Channel> channels() const override { return channels_; }

  Result<void> read(std::span<meter::Reading> out) override {
    for (std::size_t i = 0; i < fakes_.size(); ++i) {
      out[i] = {};
      // Asked once: the value is that of the stamp, whatever the machine does in between.
      const base::MonoTime now = clock_.now();
      out[i].before = out[i].after = now;
      const double time = (now - start_).value;
      if (fakes_[i].channel.provenance == record::Provenance::missing || fails(fakes_[i], time)) continue;
      out[i].status = meter::ReadStatus::ok;
      out[i].value = value_at(fakes_[i], time);
    }
    return {};
  }

 private:
  static bool fails(const FakeChannel& fake, double time) {
    for (const auto& [from, to] : fake.failing) {
      if (time >= from && time < to) return true;
    }
    return false;
  }

  static std::int64_t value_at(const FakeChannel& fake, double time) {
    if (fake.channel.kind == record::ChannelKind::power) return std::llround(fake.power_w(time) / fake.gain * 1e6);
    double latched = std::min(time, fake.stuck_from_s);
    if (fake.update_period_s > 0.0) {
      latched = std::floor((latched - fake.phase_s) / fake.update_period_s) * fake.update_period_s + fake.phase_s;
    }
    latched = std::max(latched, 0.0);
    double energy = fake.energy_j(latched) / fake.gain;
    if (latched >= fake.reset_at_s) energy -= fake.energy_j(fake.reset_at_s) / fake.gain;
    if (fake.quantum_j > 0.0) energy = std::floor(energy / fake.quantum_j) * fake.quantum_j;
    return std::llround(energy * 1e6);
  }

  const base::Clock& clock_;
  std::string name_;
  base::MonoTime start_;
  std::vector<FakeChannel> fakes_;
  std::vector<record::Channel> channels_;
};

// Everything that a sampler would have kept of the meter from now on, without a thread: one sample per `poll`, each
// late by up to `jitter`. The clock has moved by `duration` afterwards.
inline record::Samples sample(meter::Meter& meter, FakeClock& clock, base::Seconds duration, base::Seconds poll,
                              base::Seconds jitter = {}, base::Random random = base::Random(1)) {
  record::Samples samples;
  for (const record::Channel& channel : meter.channels()) samples.channels.push_back(channel.id);
  samples.values.resize(samples.channels.size());
  std::vector<meter::Reading> readings(samples.channels.size());
  std::vector<std::int64_t> start(samples.channels.size(), record::Samples::kNoReading);
  const base::MonoTime begin = clock.now();
  for (std::int64_t i = 0; static_cast<double>(i) * poll.value <= duration.value + 1e-9; ++i) {
    clock.set(begin + static_cast<double>(i) * poll + jitter * random.uniform());
    if (!meter.read(readings)) std::ranges::fill(readings, meter::Reading{});
    samples.time_us.push_back(clock.now().ns / 1000);
    samples.bracket_us.push_back(2);
    for (std::size_t c = 0; c < readings.size(); ++c) {
      const bool ok = readings[c].status == meter::ReadStatus::ok;
      const bool counts = meter.channels()[c].kind != record::ChannelKind::power;
      if (ok && start[c] == record::Samples::kNoReading) start[c] = counts ? readings[c].value : 0;
      samples.values[c].push_back(ok ? readings[c].value - start[c] : record::Samples::kNoReading);
    }
  }
  return samples;
}

}  // namespace wattlens::fake
