// Regions on simulated sensors of known truth: the interval holds the energy of all windows, or it is wide.
#include "meter/region_energies.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <vector>

#include "base/random.h"
#include "fake/fake_clock.h"
#include "fake/fake_meter.h"
#include "meter/command_log.h"

namespace wattlens::meter {
namespace {

using base::Joules;
using base::MonoTime;
using base::Random;
using base::Seconds;

// Power in pieces, as a table of the energy.
class Power {
 public:
  void add(double length_s, double power_w, double noise, double step_s, Random& random) {
    const double end = times_.back() + length_s;
    while (times_.back() < end - 1e-9) {
      const double step = std::min(step_s, end - times_.back());
      energies_.push_back(energies_.back() + step * power_w * (1.0 + noise * random.normal()));
      times_.push_back(times_.back() + step);
    }
  }
  double energy(double time) const {
    const auto after = std::ranges::upper_bound(times_, time);
    const auto i = static_cast<std::size_t>(after - times_.begin());
    if (i == 0) return 0.0;
    if (i == times_.size()) return energies_.back();
    const double share = (time - times_[i - 1]) / (times_[i] - times_[i - 1]);
    return energies_[i - 1] + share * (energies_[i] - energies_[i - 1]);
  }
  double end() const { return times_.back(); }

 private:
  std::vector<double> times_{0.0};
  std::vector<double> energies_{0.0};
};

struct Scenario {
  record::ChannelKind kind = record::ChannelKind::counter;
  double period_s = 0.001;
  double window_s = 0.0;   // over which a gauge averages
  double outside_s = 0.1;  // before each region
  double inside_s = 0.1;
  double jitter = 0.0;  // of both, relative
  int count = 1;
  double outside_w = 50.0;
  double inside_w = 200.0;
  double noise = 0.02;
};

struct Outcome {
  ChannelResult result;
  Joules truth;
  std::size_t most_waiting = 0;
  std::size_t most_kept = 0;

  double half_width() const { return result.spread.half_width(); }
  bool holds() const { return std::abs((*result.value - truth).value) <= half_width(); }
};

fake::FakeChannel channel_of(const Scenario& scenario, const Power& power, double phase_s) {
  fake::FakeChannel fake;
  fake.channel = fake::counter_channel(scenario.kind == record::ChannelKind::power ? "gpu.0" : "cpu.package.0");
  fake.channel.kind = scenario.kind;
  fake.channel.update_period = Seconds{scenario.period_s};
  if (scenario.window_s > 0.0) fake.channel.averaging_window = Seconds{scenario.window_s};
  fake.update_period_s = scenario.period_s;
  fake.phase_s = phase_s;
  fake.quantum_j = 61e-6;
  fake.energy_j = [&power](double time) { return power.energy(time); };
  fake.power_w = [&power, scenario, phase_s](double time) {
    const double update = std::floor((time - phase_s) / scenario.period_s) * scenario.period_s + phase_s;
    const double window = std::max(scenario.window_s, 1e-4);
    return (power.energy(update) - power.energy(update - window)) / window;
  };
  return fake;
}

// Does what the program does, on a clock that jumps: readings every 10 ms and a little after each mark.
Outcome simulate(const Scenario& scenario, Random& random) {
  Power power;
  const double step = std::min(0.02, 0.3 * scenario.inside_s);
  power.add(3.0, scenario.outside_w, scenario.noise, 0.02, random);
  struct Window {
    double begin;
    double end;
  };
  std::vector<Window> windows;
  const auto jittered = [&](double length) { return length * (1.0 + scenario.jitter * random.uniform(-1.0, 1.0)); };
  for (int i = 0; i < scenario.count; ++i) {
    power.add(jittered(scenario.outside_s), scenario.outside_w, scenario.noise, step, random);
    const double begin = power.end();
    power.add(jittered(scenario.inside_s), scenario.inside_w, scenario.noise, step, random);
    windows.push_back({begin, power.end()});
  }
  power.add(0.3, scenario.outside_w, scenario.noise, 0.02, random);
  const double command_end = power.end();
  power.add(10.0, scenario.outside_w, scenario.noise, 0.02, random);

  fake::FakeClock clock;
  const MonoTime start = clock.now();
  std::vector<std::unique_ptr<Meter>> list;
  list.push_back(std::make_unique<fake::FakeMeter>(
      clock, std::vector{channel_of(scenario, power, random.uniform() * scenario.period_s)}));
  MeterSet meters(std::move(list));
  CommandLog log(meters, clock);
  RegionEnergies energies(meters.channels());
  clock.advance(Seconds{1.0});
  log.look_before({}, [] { return false; });
  clock.set(std::max(clock.now(), start + Seconds{2.9}));
  log.begin(clock.now());
  energies.take(log.samples());

  Outcome outcome;
  double tick = (clock.now() - start).value;
  const auto sample_until = [&](double time) {
    while (tick + 0.01 < time) {
      tick += 0.01;
      clock.set(std::max(clock.now(), start + Seconds{tick + 5e-5 * random.uniform()}));
      log.sample();
      energies.take(log.samples());
      outcome.most_waiting = std::max(outcome.most_waiting, energies.waiting());
      outcome.most_kept = std::max(outcome.most_kept, energies.kept());
    }
  };
  double marked = 0.0;
  const auto mark_at = [&](double time) {
    sample_until(time);
    if (time - marked < 0.001) return;
    marked = time;
    clock.set(std::max(clock.now(), start + Seconds{time + random.uniform(0.00005, 0.0003)}));
    log.sample();
  };
  for (const Window& window : windows) {
    mark_at(window.begin);
    const auto slot = energies.begin(start + Seconds{window.begin});
    mark_at(window.end);
    energies.end(slot, start + Seconds{window.end}, 0);
    outcome.truth += Joules{power.energy(window.end) - power.energy(window.begin)};
  }
  sample_until(command_end);
  clock.set(std::max(clock.now(), start + Seconds{command_end}));
  log.look_after(clock.now(), {}, [] { return false; });
  energies.take(log.samples());
  energies.finish();
  outcome.result = energies.result(0, 0);
  return outcome;
}

TEST(RegionEnergies, WithoutWindowsThereIsNone) {
  const std::vector<record::Channel> channels{fake::counter_channel("cpu.package.0")};
  RegionEnergies energies(channels);
  energies.take({});
  energies.finish();
  EXPECT_FALSE(energies.result(0, 0).value);
  EXPECT_EQ(energies.result(0, 0).reason, "too_short");
}

TEST(RegionEnergies, OneRegionOnAFastCounterIsKnownToAnUpdate) {
  Random random(1);
  const Outcome outcome = simulate({}, random);
  ASSERT_TRUE(outcome.result.value);
  EXPECT_NEAR(outcome.result.value->value, outcome.truth.value, 0.0015 * 200.0);
  EXPECT_LE(outcome.half_width(), 0.003 * 200.0);
}

// Begin, end and their counts over counters, gauges, lengths, steps and rhythms.
TEST(RegionEnergies, TheIntervalHoldsTheTruth) {
  constexpr int kTrials = 200;  // per kind; the count of hits then has a standard deviation of 1.5 %
  Random random(20261121);
  struct Kind {
    record::ChannelKind kind;
    double period_s;
    double window_s;
  };
  using enum record::ChannelKind;
  for (const Kind& kind : {Kind{counter, 0.001, 0.0}, Kind{counter, 0.02, 0.0}, Kind{counter, 0.1, 0.0},
                           Kind{power, 0.1, 0.1}, Kind{power, 0.02, 0.5}, Kind{power, 0.1, 1.0}}) {
    int hits = 0;
    int all = 0;
    for (int i = 0; i < kTrials; ++i) {
      Scenario scenario{.kind = kind.kind, .period_s = kind.period_s, .window_s = kind.window_s};
      scenario.inside_s = std::max(0.004, kind.period_s + kind.window_s) * std::pow(10.0, random.uniform(-0.3, 1.0));
      scenario.outside_s = scenario.inside_s * std::pow(10.0, random.uniform(-1.0, 0.5));
      scenario.count = 1 << static_cast<int>(random.uniform() * 5.0);
      scenario.jitter = random.uniform() < 0.5 ? 0.0 : random.uniform(0.0, 0.5);
      scenario.outside_w = random.uniform(20.0, 100.0);
      scenario.inside_w = scenario.outside_w * std::pow(10.0, random.uniform(-0.5, 1.0));
      scenario.noise = random.uniform(0.005, 0.04);
      const Outcome outcome = simulate(scenario, random);
      if (!outcome.result.value) {
        EXPECT_EQ(outcome.result.reason, "too_short");
        continue;
      }
      ++all;
      hits += outcome.holds() ? 1 : 0;
    }
    EXPECT_GE(hits, 0.93 * all) << "period " << kind.period_s << ", window " << kind.window_s << ": " << hits << " of "
                                << all;
    EXPECT_GE(all, kTrials / 2);
  }
}

TEST(RegionEnergies, RegionsThatKeepStepWithTheSensorAreNoBetterKnownForTheirNumber) {
  Random random(3);
  const Scenario one{.outside_s = 0.02, .inside_s = 0.02};
  Scenario many = one;
  many.count = 400;
  Scenario uneven = many;
  uneven.jitter = 0.3;
  const auto relative = [&](const Scenario& scenario) {
    const Outcome outcome = simulate(scenario, random);
    EXPECT_TRUE(outcome.holds());
    return outcome.half_width() / outcome.truth.value;
  };
  const double single = relative(one);
  const double in_step = relative(many);
  EXPECT_GT(in_step, 0.5 * single);
  EXPECT_LT(relative(uneven), 0.8 * in_step);
}

TEST(RegionEnergies, WindowsShorterThanAnUpdateAreNotTakenForWhatLiesAroundThem) {
  Random random(4);
  // Each update of the counter holds a short burst: its mean power looks steady.
  const Outcome outcome = simulate({.period_s = 0.1,
                                    .outside_s = 0.095,
                                    .inside_s = 0.005,
                                    .count = 50,
                                    .outside_w = 50.0,
                                    .inside_w = 500.0,
                                    .noise = 0.0},
                                   random);
  ASSERT_TRUE(outcome.result.value);
  EXPECT_TRUE(outcome.holds());
  EXPECT_GT(outcome.half_width(), outcome.result.value->value);
}

TEST(RegionEnergies, AGaugeThatAveragesForLongerThanTheWindowSaysNothing) {
  Random random(5);
  const Outcome outcome =
      simulate({.kind = record::ChannelKind::power, .period_s = 0.1, .window_s = 1.0, .inside_s = 0.5}, random);
  EXPECT_FALSE(outcome.result.value);
  EXPECT_EQ(outcome.result.reason, "too_short");
}

TEST(RegionEnergies, MemoryDoesNotGrowWithTheirNumber) {
  Random random(6);
  const Scenario scenario{.outside_s = 0.003, .inside_s = 0.003, .count = 3000};
  const Outcome outcome = simulate(scenario, random);
  ASSERT_TRUE(outcome.result.value);
  EXPECT_LT(outcome.most_waiting, 200U);
  EXPECT_LT(outcome.most_kept, 2000U);
}

TEST(RegionEnergies, AMillionBriefOnesAreCountedAndNotKept) {
  const std::vector<record::Channel> channels{fake::counter_channel("cpu.package.0")};
  RegionEnergies energies(channels);
  const auto around = energies.begin(MonoTime{1'000'000'000});
  for (std::int64_t i = 0; i < 1'000'000; ++i) {
    const MonoTime time{1'000'000'000 + i * 1000};
    energies.end(energies.begin(time), time + Seconds{5e-7}, 1);
  }
  EXPECT_EQ(energies.waiting(), 1U);
  energies.drop(around);
  EXPECT_EQ(energies.waiting(), 0U);
  EXPECT_EQ(energies.result(1, 0).reason, "too_short");
}

// A counter of 100 W that is read every 10 ms; then falls.
record::Samples samples_of(std::int64_t from, std::int64_t to, std::int64_t falls_at) {
  record::Samples samples{.channels = {"cpu.package.0"}, .values = {{}}};
  for (std::int64_t i = from; i < to; ++i) {
    samples.time_us.push_back(1'000'000 + i * 10'000);
    samples.bracket_us.push_back(2);
    samples.values[0].push_back(i * 1'000'000 - (i >= falls_at ? 500'000'000 : 0));
  }
  return samples;
}

TEST(RegionEnergies, AModelIsKnownFromItsFirstReading) {
  record::Channel model = fake::counter_channel("cpu.package.0");
  model.kind = record::ChannelKind::model;
  model.update_period = Seconds{0.1};
  const std::vector<record::Channel> channels{model};
  RegionEnergies energies(channels);
  record::Samples samples = samples_of(0, 200, 1000);
  // 100 W, looked at every 0.1 s.
  for (std::size_t i = 0; i < samples.size(); ++i)
    samples.values[0][i] = static_cast<std::int64_t>(i / 10) * 10'000'000;
  energies.end(energies.begin(MonoTime{1'020'000'000}), MonoTime{2'020'000'000}, 0);
  energies.take(samples);
  energies.finish();
  const ChannelResult result = energies.result(0, 0);
  ASSERT_TRUE(result.value);
  EXPECT_NEAR(result.value->value, 100.0, 5.0);
  EXPECT_LE(std::abs(result.value->value - 100.0), result.spread.half_width());
}

TEST(RegionEnergies, OnlyTheRegionInWhichEnergyWasLostHasNone) {
  const std::vector<record::Channel> channels{fake::counter_channel("cpu.package.0")};
  RegionEnergies energies(channels);
  const auto before = energies.begin(MonoTime{2'000'000'000});
  energies.end(before, MonoTime{3'000'000'000}, 0);
  const auto over = energies.begin(MonoTime{5'000'000'000});
  energies.end(over, MonoTime{7'000'000'000}, 1);
  const auto after = energies.begin(MonoTime{8'000'000'000});
  energies.end(after, MonoTime{9'000'000'000}, 2);
  energies.take(samples_of(0, 1000, 500));
  energies.finish();
  ASSERT_TRUE(energies.result(0, 0).value);
  EXPECT_NEAR(energies.result(0, 0).value->value, 100.0, 1.0);
  EXPECT_EQ(energies.result(1, 0).reason, "reset");
  ASSERT_TRUE(energies.result(2, 0).value);
  EXPECT_NEAR(energies.result(2, 0).value->value, 100.0, 1.0);
}

}  // namespace
}  // namespace wattlens::meter
