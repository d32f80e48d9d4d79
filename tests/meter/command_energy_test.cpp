// Commands on simulated counters of known truth: the interval holds the energy of the command, or the answer says that
// it cannot be resolved.
#include "meter/command_energy.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <memory>
#include <vector>

#include "base/random.h"
#include "fake/fake_clock.h"
#include "fake/fake_meter.h"
#include "meter/command_log.h"
#include "meter/window_energy.h"

namespace wattlens::meter {
namespace {

using base::Joules;
using base::MonoTime;
using base::Random;
using base::Seconds;

// Power in steps, each of its own height, as a table of the energy.
class Power {
 public:
  // In steps of `step_s` that differ by the relative deviation `noise`.
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

 private:
  std::vector<double> times_{0.0};
  std::vector<double> energies_{0.0};
};

struct Scenario {
  double period_s = 0.001;
  bool nominal = true;  // whether the period is known beforehand
  double command_s = 1.0;
  double idle_w = 60.0;
  double work_w = 600.0;
  double idle_after_w = 60.0;
  double noise = 0.02;
};

struct Outcome {
  record::Window window;
  std::vector<record::Warning> warnings;
  CommandIdle idle;
  Resolution resolution;
  Joules truth;
  Seconds before;  // that the looks took
  Seconds after;
};

// Does what the program does, on a clock that jumps: look, command, look.
Outcome simulate(
    const Scenario& scenario, Random& random,
    const std::function<void(fake::FakeChannel&)>& change = [](fake::FakeChannel&) {}) {
  Power before;
  Power after;
  before.add(10.0, scenario.idle_w, scenario.noise, 0.02, random);
  after.add(scenario.command_s, scenario.work_w, scenario.noise, 0.03, random);
  after.add(8.0, scenario.idle_after_w, scenario.noise, 0.02, random);
  double begin = 1e18;  // of the command: not known before the look has ended

  fake::FakeClock clock;
  const MonoTime start = clock.now();
  fake::FakeChannel fake;
  fake.channel = fake::counter_channel("cpu.package.0");
  if (scenario.nominal) fake.channel.update_period = Seconds{scenario.period_s};
  fake.update_period_s = scenario.period_s;
  fake.phase_s = random.uniform() * scenario.period_s;
  fake.quantum_j = 15.3e-6;
  fake.energy_j = [&](double time) {
    return time <= begin ? before.energy(time) : before.energy(begin) + after.energy(time - begin);
  };
  change(fake);
  std::vector<std::unique_ptr<Meter>> list;
  list.push_back(std::make_unique<fake::FakeMeter>(clock, std::vector{fake}));
  MeterSet meters(std::move(list));
  clock.advance(Seconds{2.0 + random.uniform()});

  Outcome outcome;
  CommandLog log(meters, clock);
  const auto go_on = [] { return false; };
  const MonoTime look = clock.now();
  log.look_before({}, go_on);
  outcome.before = clock.now() - look;
  clock.advance(Seconds{random.uniform(0.0002, 0.002)});  // fork and exec
  outcome.window.begin = clock.now();
  begin = (outcome.window.begin - start).value;
  log.begin(outcome.window.begin);
  outcome.window.end = outcome.window.begin + Seconds{scenario.command_s};
  while (clock.now() + CommandLog::kPeriod < outcome.window.end) {
    clock.advance(CommandLog::kPeriod);
    log.sample();
  }
  clock.set(outcome.window.end + Seconds{random.uniform(0.00002, 0.0002)});
  log.look_after(outcome.window.end, {}, go_on);
  outcome.after = clock.now() - outcome.window.end;

  outcome.truth = Joules{after.energy(scenario.command_s)};
  outcome.idle = command_idle(meters.channels(), log.samples(), outcome.window.begin, outcome.window.end);
  outcome.warnings = measure_window(meters.channels(), log.samples(), outcome.idle.mean, outcome.window,
                                    {.measure = measure_command_channel});
  outcome.resolution = judge_command(meters.channels(), outcome.window, 0.05);
  return outcome;
}

bool holds_truth(const Outcome& outcome) {
  const auto& interval = outcome.window.total.relative;
  return interval && interval->low <= outcome.truth && outcome.truth <= interval->high;
}

TEST(CommandEnergy, TheIntervalHoldsTheTruthOrTheAnswerSaysThatItCannotBeResolved) {
  constexpr int kCommands = 300;  // per period; the count of hits then has a standard deviation of 1.3 %
  Random random(20261121);
  for (const double period : {0.001, 0.015, 0.1, 1.0}) {
    int hits = 0;
    int resolved = 0;
    int resolved_hits = 0;
    double error = 0.0;
    for (int i = 0; i < kCommands; ++i) {
      Scenario scenario;
      scenario.period_s = period * random.uniform(0.9, 1.1);
      scenario.nominal = random.uniform() < 0.5 || period < 0.01;
      if (scenario.nominal && period < 0.01) scenario.period_s = period;
      scenario.command_s = 0.01 * std::pow(1000.0, random.uniform());  // 10 ms to 10 s
      scenario.idle_w = random.uniform(20.0, 100.0);
      scenario.idle_after_w = scenario.idle_w * random.uniform(0.95, 1.15);
      scenario.work_w = scenario.idle_w * std::pow(10.0, random.uniform());
      scenario.noise = random.uniform(0.005, 0.04);
      const Outcome outcome = simulate(scenario, random);
      ASSERT_TRUE(outcome.window.total.value) << outcome.window.total.reason;
      const bool held = holds_truth(outcome);
      hits += held ? 1 : 0;
      if (!outcome.resolution.resolvable) {
        EXPECT_TRUE(outcome.resolution.run_at_least.has_value());
        continue;
      }
      ++resolved;
      resolved_hits += held ? 1 : 0;
      error += std::abs(*outcome.window.total.value / outcome.truth - 1.0);
    }
    EXPECT_GE(hits, 0.93 * kCommands) << period;
    EXPECT_GE(resolved_hits, 0.93 * resolved) << period;
    EXPECT_GT(resolved, kCommands / 3) << period;
    EXPECT_LT(error / resolved, 0.02) << period;
  }
}

TEST(CommandEnergy, ASlowCounterIsReadAtItsEdgesAndIdlePowerIsTakenOff) {
  // A 0.5 s command on a 100 ms counter, 60 to 600 W: begin-end readings are wrong by several per cent.
  Random random(7);
  double worst = 0.0;
  for (int i = 0; i < 50; ++i) {
    const Outcome outcome = simulate({.period_s = 0.1, .command_s = 0.5, .noise = 0.005}, random);
    worst = std::max(worst, std::abs(*outcome.window.total.value / outcome.truth - 1.0));
    EXPECT_TRUE(outcome.resolution.resolvable);
    EXPECT_LE(outcome.before, Seconds{0.3});
    EXPECT_LE(outcome.after, Seconds{0.3});
  }
  EXPECT_LT(worst, 0.02);
}

TEST(CommandEnergy, AFastCounterIsNotWaitedFor) {
  Random random(8);
  const Outcome outcome = simulate({.command_s = 0.002}, random);
  EXPECT_LE(outcome.before, Seconds{0.02});
  EXPECT_LE(outcome.after, Seconds{0.02});
}

TEST(CommandEnergy, ACommandThatIsTooShortForTheSensorIsSaidToBe) {
  Random random(9);
  const Outcome outcome = simulate({.period_s = 1.0, .command_s = 0.01, .work_w = 120.0}, random);
  EXPECT_FALSE(outcome.resolution.resolvable);
  ASSERT_TRUE(outcome.resolution.run_at_least);
  EXPECT_GT(*outcome.resolution.run_at_least, Seconds{0.1});
  EXPECT_TRUE(holds_truth(outcome));
  EXPECT_TRUE(std::ranges::any_of(outcome.warnings, [](const auto& warning) { return warning.code == "too_short"; }));
}

TEST(CommandEnergy, IdlePowerIsToldBeforeAndAfterAndTakenOffForTheNetEnergy) {
  Random random(10);
  const Outcome outcome = simulate({.command_s = 2.0, .idle_after_w = 66.0, .noise = 0.005}, random);
  ASSERT_EQ(outcome.idle.before.size(), 1U);
  ASSERT_EQ(outcome.idle.after.size(), 1U);
  EXPECT_NEAR(outcome.idle.before[0].power.value, 60.0, 5.0);
  EXPECT_NEAR(outcome.idle.after[0].power.value, 66.0, 5.0);
  const record::Energy& net = outcome.window.net_total;
  ASSERT_TRUE(net.value);
  EXPECT_NEAR(net.value->value, outcome.truth.value - 2.0 * 63.0, 12.0);
  EXPECT_LE(net.relative->low, outcome.truth - Joules{2.0 * 63.0});
  EXPECT_GE(net.relative->high, outcome.truth - Joules{2.0 * 63.0});
}

TEST(CommandEnergy, WhatAQuarterBlindSensorDoesNotSeeIsInTheInterval) {
  Random random(15);
  const Outcome outcome = simulate({.command_s = 2.0}, random, [](fake::FakeChannel& fake) {
    fake.channel.duty = 0.25;
    fake.channel.largest_power = base::Watts{700.0};
  });
  ASSERT_TRUE(outcome.window.total.value);
  EXPECT_FALSE(outcome.resolution.resolvable);
  // Three quarters of the time anything up to the limit, or nothing.
  EXPECT_LE(outcome.window.total.relative->low, 0.3 * outcome.truth);
}

TEST(CommandEnergy, ACounterThatNeverMovesIsMissingAndNotZero) {
  Random random(11);
  const Outcome outcome = simulate({}, random, [](fake::FakeChannel& fake) { fake.stuck_from_s = 0.0; });
  EXPECT_FALSE(outcome.window.total.value);
  EXPECT_EQ(outcome.window.channels[0].gross.reason, "stuck");
  EXPECT_FALSE(outcome.resolution.resolvable);
}

TEST(CommandEnergy, ACounterThatDiesInTheCommandIsMissing) {
  Random random(12);
  const Outcome outcome =
      simulate({.command_s = 4.0}, random, [](fake::FakeChannel& fake) { fake.stuck_from_s = 4.5; });
  EXPECT_FALSE(outcome.window.total.value);
  EXPECT_EQ(outcome.window.channels[0].gross.reason, "stuck");
}

TEST(CommandEnergy, AResetInsideTheCommandLosesItsEnergy) {
  Random random(13);
  const Outcome outcome = simulate({.command_s = 4.0}, random, [](fake::FakeChannel& fake) { fake.reset_at_s = 4.5; });
  EXPECT_EQ(outcome.window.channels[0].gross.reason, "reset");
}

TEST(CommandEnergy, AFailedReadAtTheEndCostsNothing) {
  Random random(14);
  Scenario scenario{.command_s = 1.0, .noise = 0.0};
  const Outcome outcome = simulate(scenario, random, [](fake::FakeChannel& fake) { fake.failing = {{2.9, 4.05}}; });
  ASSERT_TRUE(outcome.window.total.value);
  EXPECT_TRUE(holds_truth(outcome));
}

TEST(CommandEnergy, WithoutSamplesEverythingIsMissing) {
  const std::vector<record::Channel> channels{fake::counter_channel("cpu.package.0")};
  record::Window window;
  window.end = window.begin + Seconds{1.0};
  record::Samples samples;
  samples.channels = {"cpu.package.0"};
  samples.values.resize(1);
  measure_window(channels, samples, {}, window, {.measure = measure_command_channel});
  EXPECT_EQ(window.channels[0].gross.reason, "unreadable");
  EXPECT_TRUE(command_idle(channels, samples, window.begin, window.end).mean.empty());
}

}  // namespace
}  // namespace wattlens::meter
