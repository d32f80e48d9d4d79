#include "simulation/register.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace wattlens::simulation {
namespace {

constexpr double kWatts = 100.0;

// A scenario with one counter of 100 W whose updates come every 10 ms.
struct Bench {
  Scenario scenario;

  explicit Bench(Power power = {.constant = {kWatts}}) {
    scenario.powers["package"] = std::move(power);
    Sensor& sensor = scenario.sensors.emplace_back();
    sensor.id = "cpu.package.0";
    sensor.power = "package";
    sensor.period = {0.01};
    sensor.start = {0.0};
  }
  Sensor& sensor() { return scenario.sensors.front(); }
  void fault(FaultKind kind, double begin, double end, double amount = 0.0, double share = 1.0) {
    scenario.faults.push_back({kind, "", {}, {begin}, {end}, amount, share});
  }
  // Joules (or watts), at ascending times.
  std::vector<double> read(const std::vector<double>& times) {
    Register source(scenario, sensor());
    std::vector<double> values;
    for (const double time : times) {
      const RawReading reading = source.read(Seconds{time});
      values.push_back(reading.status == RawStatus::ok ? static_cast<double>(reading.value) * 1e-6 : -1.0);
    }
    return values;
  }
  double at(double time) { return read({time}).front(); }
};

TEST(Register, ACounterHoldsItsLastUpdate) {
  Bench bench;
  EXPECT_DOUBLE_EQ(bench.at(0.0), 0.0);
  EXPECT_NEAR(bench.at(0.0199), 1.0, 1e-6);
  EXPECT_NEAR(bench.at(0.0201), 2.0, 1e-6);
  bench.sensor().period = {0.0};
  EXPECT_NEAR(bench.at(0.0199), 1.99, 1e-6);
}

TEST(Register, UnitsAreRoundedDownAndTheWidthWraps) {
  Bench bench;
  bench.sensor().unit = 0.25;
  bench.sensor().width_bits = 8;  // 64 J
  bench.sensor().start = {63.5};
  EXPECT_NEAR(bench.at(0.004), 63.5, 1e-9);
  EXPECT_NEAR(bench.at(0.0301), 2.5, 1e-9);
  EXPECT_EQ(Register(bench.scenario, bench.sensor()).range_uj(), 64'000'000);
}

TEST(Register, GainAndOffsetAndLagAreSeen) {
  Bench bench({.steps = {{{1.0}, {kWatts}}}});
  bench.sensor().gain = 1.1;
  bench.sensor().offset = {5.0};
  bench.sensor().lag = {0.5};
  EXPECT_NEAR(bench.at(2.0), 1.1 * 50.0 + 10.0, 1e-4);
}

TEST(Register, JitterDelaysUpdatesAndLosesNone) {
  Bench bench;
  bench.sensor().jitter = {0.009};
  std::vector<double> times;
  for (int i = 0; i < 1000; ++i) times.push_back(0.001 * i);
  const auto values = bench.read(times);
  EXPECT_TRUE(std::ranges::is_sorted(values));
  for (std::size_t i = 100; i < times.size(); ++i) {
    EXPECT_LE(values[i], kWatts * times[i] + 1e-5);
    EXPECT_GE(values[i], kWatts * (times[i] - 0.0191));
  }
}

TEST(Register, AQuarterBlindCounterSeesOnlyTheEndOfEachPeriod) {
  Bench bench({.square = Square{{0.0}, {kWatts}, {0.1}, 0.5, {0.05}}});
  bench.sensor().period = {0.1};
  bench.sensor().window = Seconds{0.025};
  // The last quarter of each period is always busy: twice the truth.
  EXPECT_NEAR(bench.at(10.001), kWatts * 10.0, 1e-3);
}

TEST(Register, AGaugeShowsThePowerOrItsAverage) {
  Bench bench({.steps = {{{1.0}, {kWatts}}}});
  bench.sensor().kind = record::ChannelKind::power;
  bench.sensor().period = {0.1};
  EXPECT_NEAR(bench.at(1.05), kWatts, 1e-6);
  bench.sensor().window = Seconds{1.0};
  EXPECT_NEAR(bench.at(1.55), 0.5 * kWatts, 1e-6);
  bench.fault(FaultKind::spike, 1.0, 2.0, 1000.0);
  EXPECT_NEAR(bench.at(1.55), 0.5 * kWatts + 1000.0, 1e-6);
}

TEST(Register, NoiseScattersAroundTheTruth) {
  Bench bench;
  bench.sensor().noise = {10.0};
  EXPECT_NEAR(bench.at(100.0), kWatts * 100.0, 5.0 * 10.0 * 0.01 * 100.0);
  EXPECT_NE(bench.at(100.0), kWatts * 100.0);
}

TEST(Register, AStuckOneCatchesUpAfterwards) {
  Bench bench;
  bench.fault(FaultKind::stuck, 1.0, 2.0);
  const auto values = bench.read({0.5, 1.0, 1.9, 2.0, 3.0});
  EXPECT_NEAR(values[1], 100.0, 1.1);
  EXPECT_EQ(values[2], values[1]);
  EXPECT_NEAR(values[3], 200.0, 1.1);
  EXPECT_NEAR(values[4], 300.0, 1.1);
}

TEST(Register, AResetBeginsAgainAtZero) {
  Bench bench;
  bench.sensor().start = {5000.0};
  bench.fault(FaultKind::reset, 1.0, 1.0);
  const auto values = bench.read({0.99, 1.5, 2.0});
  EXPECT_NEAR(values[0], 5099.0, 1.1);
  EXPECT_NEAR(values[1], 50.0, 1.1);
  EXPECT_NEAR(values[2], 100.0, 1.1);
}

TEST(Register, ZeroSpikeAndStepBackAreOnlyThere) {
  Bench bench;
  bench.fault(FaultKind::zero, 1.0, 1.1);
  bench.fault(FaultKind::spike, 2.0, 2.1, 1e6);
  bench.fault(FaultKind::backwards, 3.0, 3.1, 50.0);
  const auto values = bench.read({1.05, 1.5, 2.05, 2.5, 3.05, 3.5});
  EXPECT_EQ(values[0], 0.0);
  EXPECT_NEAR(values[1], 150.0, 1.1);
  EXPECT_NEAR(values[2], 1'000'205.0, 1.1);
  EXPECT_NEAR(values[3], 250.0, 1.1);
  EXPECT_NEAR(values[4], 255.0, 1.1);
  EXPECT_NEAR(values[5], 350.0, 1.1);
}

TEST(Register, AShareOfTheReadsFailsAndASecondAttemptMaySucceed) {
  Bench bench;
  bench.fault(FaultKind::failed, 0.0, 1e9, 0.0, 0.3);
  Register source(bench.scenario, bench.sensor());
  int failed = 0;
  int twice = 0;
  for (int i = 0; i < 2000; ++i) {
    if (source.read(Seconds{0.01 * i}).status == RawStatus::ok) continue;
    ++failed;
    twice += source.read(Seconds{0.01 * i}, 1).status == RawStatus::ok ? 0 : 1;
  }
  EXPECT_NEAR(failed, 600, 120);
  EXPECT_NEAR(twice, 180, 80);
}

TEST(Register, DiesSeeTheirPartAndMirrorsSeeAll) {
  Bench bench;
  bench.sensor().dies = 2;
  Register first(bench.scenario, bench.sensor(), 0);
  Register second(bench.scenario, bench.sensor(), 1);
  const auto rise = [](Register& source) {
    const std::int64_t before = source.read(Seconds{1.0}).value;
    return static_cast<double>(source.read(Seconds{2.0}).value - before) * 1e-6;
  };
  EXPECT_NEAR(rise(first), 50.0, 1.1);
  EXPECT_NEAR(rise(second), 50.0, 1.1);
  bench.sensor().mirrored = true;
  Register mirror(bench.scenario, bench.sensor(), 1);
  EXPECT_NEAR(rise(mirror), 100.0, 1.1);
}

TEST(Register, EveryStatusIsItsOwn) {
  for (const auto& [kind, status] : {std::pair{FaultKind::failed, RawStatus::failed},
                                     {FaultKind::empty, RawStatus::empty},
                                     {FaultKind::permission, RawStatus::permission},
                                     {FaultKind::unplugged, RawStatus::unplugged}}) {
    Bench bench;
    bench.fault(kind, 1.0, 2.0);
    Register source(bench.scenario, bench.sensor());
    EXPECT_EQ(source.read(Seconds{0.5}).status, RawStatus::ok);
    EXPECT_EQ(source.read(Seconds{1.5}).status, status);
    EXPECT_EQ(source.read(Seconds{2.5}).status, RawStatus::ok);
  }
}

}  // namespace
}  // namespace wattlens::simulation
