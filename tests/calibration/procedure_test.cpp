#include "calibration/procedure.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <string>
#include <vector>

#include "base/random.h"
#include "calibration/simulated_load.h"

namespace wattlens::calibration {
namespace {

using base::Random;
using simulation::Sensor;
using testing::HasSubstr;

struct Calibrated {
  Figures figures;
  base::Seconds took;
};

Calibrated run(const Sensor& sensor, std::uint64_t seed) {
  Bench bench(sensor, seed);
  const base::Cancellation cancel;
  const base::MonoTime begin = bench.clock.now();
  const auto figures = calibrate({bench.meters, bench.load, bench.clock, cancel, {}}, 0, seed);
  EXPECT_TRUE(figures.has_value()) << figures.error().message;
  EXPECT_FALSE(bench.load.is_on);
  return {figures.value_or(Figures{}), bench.clock.now() - begin};
}

Sensor gauge(double period_s, double window_s, double lag_s, double noise_w) {
  Sensor sensor;
  sensor.kind = record::ChannelKind::power;
  sensor.unit = 0.001;
  sensor.period = {period_s};
  sensor.phase = {0.37 * period_s};
  sensor.window = base::Seconds{window_s};
  sensor.lag = {lag_s};
  sensor.noise = {noise_w};
  return sensor;
}

// How often an interval held the truth, of how many.
struct Tally {
  int held = 0;
  int told = 0;
  int asked = 0;
  double width = 0.0;  // sum of half-widths as shares of the truth

  template <class T>
  void add(const Finding<T>& finding, T truth) {
    ++asked;
    if (!finding.value) return;
    ++told;
    const double slack = 1e-9;
    held += finding.value->low - T{slack} <= truth && truth <= finding.value->high + T{slack} ? 1 : 0;
    width += 0.5 * ratio(finding.value->high - finding.value->low, truth);
  }
  static double ratio(double a, double b) { return a / b; }
  template <class Unit>
  static double ratio(Unit a, Unit b) {
    return b.value > 0.0 ? a.value / b.value : 0.0;
  }
  double share() const { return told == 0 ? 1.0 : static_cast<double>(held) / told; }
  std::string text(const char* what) const {
    return fmt::format("{}: {} of {} told, {} held ({:.1f} %), mean half-width {:.2f} %", what, told, asked, held,
                       100.0 * share(), 100.0 * width / std::max(1, told));
  }
};

double log_uniform(Random& random, double low, double high) { return low * std::pow(high / low, random.uniform()); }

// A sensor of 15 to 120 ms that is late by up to 200 ms: half of them see a quarter of the time or more, half average
// over up to 1 s; half of them jitter.
Sensor draw(Random& random) {
  const double period_s = log_uniform(random, 0.015, 0.12);
  const bool blind = random.uniform() < 0.5;
  const double window_s =
      blind ? std::max(0.01, random.uniform(0.25, 1.0) * period_s) : log_uniform(random, period_s, 1.0);
  Sensor sensor = gauge(period_s, window_s, random.uniform(0.0, 0.2), log_uniform(random, 0.2, 10.0));
  sensor.phase = random.uniform() * sensor.period;
  if (random.uniform() < 0.5) sensor.jitter = random.uniform(0.0, 0.1) * sensor.period;
  return sensor;
}

// The draws of a test, and how many of each figure's intervals held the truth.
struct Tallies {
  Tally period;
  Tally window;
  Tally lag;
  Tally duty;
  Tally noise;

  void add(const Figures& figures, const Sensor& sensor) {
    const base::Seconds truth = sensor.window.value_or(sensor.period);
    period.add(figures.update_period, sensor.period);
    window.add(figures.averaging_window, truth);
    lag.add(figures.lag, sensor.lag);
    duty.add(figures.duty, std::min(1.0, truth / sensor.period));
    noise.add(figures.idle_noise, sensor.noise);
  }
  // `most_told` of the sensors must have the figure; the rest say why not.
  void expect(const Tally& tally, const char* what) const {
    testing::Test::RecordProperty(what, tally.text(what));
    if (std::getenv("WATTLENS_PRINT_TALLIES") != nullptr) fmt::print("{}\n", tally.text(what));
    EXPECT_GE(tally.share(), 0.93) << tally.text(what);
    EXPECT_GE(tally.told, tally.asked * 9 / 10) << tally.text(what);
  }
  void expect_all() const {
    expect(period, "period");
    expect(window, "window");
    expect(lag, "lag");
    expect(duty, "duty");
    expect(noise, "noise");
  }
};

// WATTLENS_SENSORS=1000 draws more, for docs/calibrate.md.
int sensors() {
  const char* many = std::getenv("WATTLENS_SENSORS");
  return many == nullptr ? 40 : static_cast<int>(std::strtol(many, nullptr, 10));
}

TEST(Calibrate, TheIntervalsOfGaugesHoldTheTruth) {
  Random random(20261121);
  Tallies tallies;
  for (int i = 0; i < sensors(); ++i) {
    const Sensor sensor = draw(random);
    tallies.add(run(sensor, 1000 + static_cast<std::uint64_t>(i)).figures, sensor);
  }
  tallies.expect_all();
}

TEST(Calibrate, TheIntervalsOfCountersThatAddUpAveragesHoldTheTruth) {
  Random random(7);
  Tallies tallies;
  for (int i = 0; i < sensors() / 2; ++i) {
    Sensor sensor = draw(random);
    sensor.kind = record::ChannelKind::counter;
    sensor.unit = 1e-3;
    // A step of 1 mJ is 67 mW x 1/sqrt(6) at 15 ms: noise below that cannot be told.
    sensor.noise = {log_uniform(random, 0.5, 10.0)};
    tallies.add(run(sensor, 2000 + static_cast<std::uint64_t>(i)).figures, sensor);
  }
  tallies.expect_all();
}

TEST(Calibrate, ACounterThatAddsUpThePowerItselfSeesAllOfTheTime) {
  Random random(11);
  Tallies tallies;
  for (int i = 0; i < sensors() / 2; ++i) {
    Sensor sensor = draw(random);
    sensor.kind = record::ChannelKind::counter;
    sensor.window.reset();
    sensor.noise = {};
    sensor.jitter = {};
    sensor.unit = log_uniform(random, 15e-6, 1e-3);
    const Figures figures = run(sensor, 3000 + static_cast<std::uint64_t>(i)).figures;
    tallies.add(figures, sensor);
    EXPECT_FALSE(figures.idle_noise.value.has_value()) << "there is none";
  }
  tallies.expect(tallies.period, "period");
  tallies.expect(tallies.window, "window");
  tallies.expect(tallies.lag, "lag");
  tallies.expect(tallies.duty, "duty");
}

TEST(Calibrate, ACounterThatMovesFasterThanItIsReadSaysSoAndTellsItsLag) {
  Sensor sensor;
  sensor.unit = 61e-6;
  sensor.period = {0.001};
  sensor.lag = {0.05};
  const Figures figures = run(sensor, 1).figures;
  EXPECT_FALSE(figures.update_period.value.has_value());
  EXPECT_THAT(figures.update_period.reason, HasSubstr("was read every"));
  EXPECT_FALSE(figures.averaging_window.value.has_value());
  EXPECT_FALSE(figures.duty.value.has_value());
  ASSERT_TRUE(figures.lag.value.has_value()) << figures.lag.reason;
  EXPECT_NEAR(figures.lag.value->value.value, 0.05, 0.002);
}

TEST(Calibrate, AWindowShorterThanAReadingIsNotTold) {
  for (const auto& [period_s, reason] : {std::pair{0.015, "shorter than"}, std::pair{0.1, "too few updates saw"}}) {
    const Figures figures = run(gauge(period_s, 0.0005, 0.01, 1.0), 1).figures;
    EXPECT_TRUE(figures.update_period.value.has_value());
    EXPECT_FALSE(figures.averaging_window.value.has_value());
    EXPECT_THAT(figures.averaging_window.reason, HasSubstr(reason)) << period_s;
    EXPECT_FALSE(figures.duty.value.has_value());
    EXPECT_THAT(figures.duty.reason, HasSubstr(reason)) << period_s;
  }
}

TEST(Calibrate, ALoadThatDrownsInTheNoiseResolvesNothingButThePeriod) {
  Sensor sensor = gauge(0.1, 0.1, 0.0, 1.0);
  sensor.gain = 0.001;  // 200 W of load are 0.2 W
  sensor.offset = {100.0};
  const Figures figures = run(sensor, 1).figures;
  EXPECT_TRUE(figures.update_period.value.has_value());
  EXPECT_TRUE(figures.idle_noise.value.has_value());
  for (const auto* finding : {&figures.averaging_window, &figures.lag}) {
    EXPECT_FALSE(finding->value.has_value());
    EXPECT_THAT(finding->reason, HasSubstr("did not raise"));
  }
  EXPECT_FALSE(figures.duty.value.has_value());
}

TEST(Calibrate, ASensorThatNeverMovesResolvesNothing) {
  Sensor sensor = gauge(0.1, 0.1, 0.0, 0.0);
  sensor.gain = 0.0;
  sensor.offset = {100.0};
  const Figures figures = run(sensor, 1).figures;
  EXPECT_THAT(figures.update_period.reason, HasSubstr("moved only 0 times"));
  EXPECT_FALSE(figures.update_period.value.has_value());
  EXPECT_FALSE(figures.averaging_window.value.has_value());
  EXPECT_FALSE(figures.idle_noise.value.has_value());
}

TEST(Calibrate, ASensorThatDoesNotFollowTheLoadAsAMeanIsSaidSo) {
  simulation::Scenario scenario;
  // At rest it is quiet; then something else begins to come and go.
  for (int i = 0; i < 100; ++i) {
    scenario.powers["board"].steps.push_back({{3.5 + 0.45 * i}, {i % 2 == 0 ? 150.0 : 0.0}});
  }
  Bench bench(gauge(0.05, 0.05, 0.0, 0.5), 1, scenario);
  const base::Cancellation cancel;
  const auto figures = calibrate({bench.meters, bench.load, bench.clock, cancel, {}}, 0, 1);
  ASSERT_TRUE(figures.has_value());
  EXPECT_THAT(figures->averaging_window.reason, HasSubstr("do not follow the load"));
  EXPECT_FALSE(figures->averaging_window.value.has_value());
  EXPECT_FALSE(figures->lag.value.has_value());
}

TEST(Calibrate, ASlowSensorTakesLongerAndIsResolvedToo) {
  const Sensor sensor = gauge(0.5, 1.0, 0.1, 2.0);
  const Calibrated slow = run(sensor, 1);
  EXPECT_GT(slow.took.value, 50.0);
  Tallies tallies;
  tallies.add(slow.figures, sensor);
  EXPECT_EQ(tallies.window.held, 1);
  EXPECT_EQ(tallies.lag.held, 1);
}

TEST(Calibrate, AnInterruptionLeavesTheLoadOff) {
  Bench bench(gauge(0.1, 0.1, 0.0, 1.0));
  base::Cancellation cancel;
  int told = 0;
  const auto progress = [&](const Progress& now) {
    EXPECT_EQ(now.channel, "gpu.0");
    EXPECT_GT(now.left.value, 0.0);
    if (++told == 9) {
      EXPECT_EQ(now.stage, "steps");
      cancel.request();
    }
  };
  const auto figures = calibrate({bench.meters, bench.load, bench.clock, cancel, progress}, 0, 1);
  ASSERT_FALSE(figures.has_value());
  EXPECT_EQ(figures.error().kind, ErrorKind::cancelled);
  EXPECT_FALSE(bench.load.is_on);
}

TEST(Calibrate, ALoadThatFailsIsTheError) {
  Bench bench(gauge(0.1, 0.1, 0.0, 1.0));
  bench.load.fails = true;
  const base::Cancellation cancel;
  const auto figures = calibrate({bench.meters, bench.load, bench.clock, cancel, {}}, 0, 1);
  ASSERT_FALSE(figures.has_value());
  EXPECT_EQ(figures.error().message, "the load ended by itself");
}

TEST(Calibrate, AChannelThatCannotBeReadIsRefusedWithItsReason) {
  simulation::Scenario scenario;
  scenario.faults = {{.kind = simulation::FaultKind::permission}};
  Bench bench(gauge(0.1, 0.1, 0.0, 1.0), 1, scenario);
  const base::Cancellation cancel;
  const auto figures = calibrate({bench.meters, bench.load, bench.clock, cancel, {}}, 0, 1);
  ASSERT_FALSE(figures.has_value());
  EXPECT_EQ(figures.error().kind, ErrorKind::not_measurable);
  EXPECT_THAT(figures.error().message, HasSubstr("permission"));
}

}  // namespace
}  // namespace wattlens::calibration
