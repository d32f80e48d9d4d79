#include "meter/window_energy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "fake/fake_clock.h"
#include "fake/fake_meter.h"

namespace wattlens::meter {
namespace {

using base::Seconds;
using fake::counter_channel;
using fake::FakeChannel;
using record::Provenance;
using record::Samples;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// A simulated measurement: samples every 10 ms for `length`, and a window inside it.
struct Bench {
  fake::FakeClock clock;
  fake::FakeMeter meter;
  base::MonoTime start;
  Samples samples;
  record::Window window;
  std::vector<record::Warning> warnings;

  explicit Bench(std::vector<FakeChannel> channels, double length = 3.0, double poll = 0.01)
      : meter(clock, std::move(channels)), start(clock.now()) {
    samples = fake::sample(meter, clock, Seconds{length}, Seconds{poll});
  }

  record::Window& measure(double from, double to, std::int64_t batches = 0,
                          const std::vector<record::IdleBaseline>& idle = {}) {
    window = {};
    window.begin = start + Seconds{from};
    window.end = start + Seconds{to};
    window.batches = batches;
    warnings = measure_window(meter.channels(), samples, idle, window);
    return window;
  }
  bool warned(const std::string& code) const {
    return std::ranges::find(warnings, code, &record::Warning::code) != warnings.end();
  }
};

FakeChannel steady(std::string id, double watts) {
  FakeChannel fake;
  fake.channel = counter_channel(std::move(id));
  fake.channel.update_period = base::milliseconds(1.0);
  fake.energy_j = [watts](double s) { return watts * s; };
  return fake;
}

FakeChannel missing(std::string id, std::string reason) {
  FakeChannel fake = steady(std::move(id), 0.0);
  fake.channel.provenance = Provenance::missing;
  fake.channel.reason = std::move(reason);
  fake.channel.hint = "do this";
  return fake;
}

FakeChannel modelled(std::string id, double watts) {
  FakeChannel fake = steady(std::move(id), watts);
  fake.channel.kind = record::ChannelKind::model;
  fake.channel.provenance = Provenance::modelled;
  fake.channel.method = "load_model";
  fake.channel.gain_low = -0.3;
  fake.channel.gain_high = 0.5;
  fake.update_period_s = 0.1;
  return fake;
}

TEST(MeasureWindow, WithoutChannelsThereIsNoEnergy) {
  Bench bench({});
  const auto& window = bench.measure(1, 2);
  EXPECT_FALSE(window.total.value.has_value());
  EXPECT_EQ(window.total.reason, "no sensor");
  EXPECT_FALSE(window.complete);
}

TEST(MeasureWindow, WithoutSamplesThereIsNoEnergy) {
  Bench bench({steady("cpu.package.0", 100)});
  bench.samples = {};
  EXPECT_FALSE(bench.measure(1, 2).total.value.has_value());
  bench.samples.channels = {"cpu.package.0"};
  bench.samples.values = {{}};
  EXPECT_FALSE(bench.measure(1, 2).total.value.has_value());
}

TEST(MeasureWindow, AWindowWithoutLengthHasNoEnergy) {
  Bench bench({steady("cpu.package.0", 100)});
  EXPECT_FALSE(bench.measure(1, 1).total.value.has_value());
  EXPECT_FALSE(bench.measure(2, 1).total.value.has_value());
}

TEST(MeasureWindow, SteadyPowerTimesTimeIsTheEnergy) {
  Bench bench({steady("cpu.package.0", 100)});
  const auto& window = bench.measure(1.0034, 2.0078, 10);
  ASSERT_TRUE(window.total.value.has_value());
  EXPECT_NEAR(window.total.value->value, 100.44, 0.1);
  EXPECT_EQ(window.total.provenance, Provenance::measured);
  EXPECT_LE(window.total.relative->low.value, 100.44);
  EXPECT_GE(window.total.relative->high.value, 100.44);
  EXPECT_TRUE(window.complete);
  EXPECT_THAT(window.sums, ElementsAre("cpu.package.0"));
  EXPECT_THAT(bench.warnings, IsEmpty());
}

TEST(MeasureWindow, WithoutAKnownGainThereIsNoAbsoluteInterval) {
  Bench bench({steady("cpu.package.0", 100)});
  EXPECT_FALSE(bench.measure(1, 2).total.absolute.has_value());
}

TEST(MeasureWindow, TheAbsoluteIntervalHoldsTheGainAndIsWiderThanTheRelativeOne) {
  Bench bench({modelled("cpu.package.0", 100)});
  const auto& window = bench.measure(1, 2, 10);
  ASSERT_TRUE(window.total.absolute.has_value());
  EXPECT_NEAR(window.total.absolute->low.value, 70, 0.5);
  EXPECT_NEAR(window.total.absolute->high.value, 150, 0.5);
  EXPECT_GT(window.total.relative->low, window.total.absolute->low);
  EXPECT_LT(window.total.relative->high, window.total.absolute->high);
  EXPECT_EQ(window.total.provenance, Provenance::modelled);
  EXPECT_EQ(window.total.method, "load_model");
}

TEST(MeasureWindow, AnOffsetAddsUpOverTheWindowAndCancelsInTheNetEnergy) {
  auto board = steady("gpu.0", 100);
  board.channel.gain_low = -0.1;
  board.channel.gain_high = 0.1;
  board.channel.offset = record::Interval<record::Watts>{{-16.0}, {24.0}};
  Bench bench({board});
  const auto& window = bench.measure(0.5, 2.5, 20, {{"gpu.0", {40.0}, {{40.0}, {40.0}}}});
  ASSERT_TRUE(window.total.absolute.has_value());
  // 200 J, +8 J in the middle; half-widths 20 J and 40 J, independent.
  EXPECT_NEAR(0.5 * (window.total.absolute->low + window.total.absolute->high).value, 208.0, 0.1);
  EXPECT_NEAR(0.5 * (window.total.absolute->high - window.total.absolute->low).value, std::hypot(20.0, 40.0), 0.5);
  ASSERT_TRUE(window.net_total.absolute.has_value());
  EXPECT_NEAR(0.5 * (window.net_total.absolute->high - window.net_total.absolute->low).value, 12.0, 0.5);
}

TEST(MeasureWindow, AChannelThatIsNotReadInTheBestWayIsAWarningInEveryResult) {
  auto board = steady("gpu.0", 100);
  board.channel.caution = "the energy counter of gpu.0 stands still";
  Bench bench({board});
  bench.measure(1, 2, 10);
  ASSERT_EQ(bench.warnings.size(), 1U);
  EXPECT_EQ(bench.warnings[0].code, "weaker_sensor");
  EXPECT_EQ(bench.warnings[0].channel, "gpu.0");
}

TEST(MeasureWindow, ASampleThatTookLongerThanIsKeptIsKnownToTheSampleBeforeOnly) {
  Bench quick({steady("cpu.package.0", 100)});
  Bench slow({steady("cpu.package.0", 100)});
  std::ranges::fill(slow.samples.bracket_us, std::uint8_t{255});
  const auto width = [](const record::Window& window) {
    return (window.total.relative->high - window.total.relative->low).value;
  };
  EXPECT_GT(width(slow.measure(1, 2, 10)), 3.0 * width(quick.measure(1, 2, 10)));
}

TEST(MeasureWindow, ASlowCounterIsCutAtItsEdges) {
  auto slow = steady("gpu.0", 300);
  slow.update_period_s = 0.1;
  slow.phase_s = 0.037;
  slow.channel.update_period.reset();
  Bench bench({slow});
  const auto& window = bench.measure(1.0, 2.0, 200);
  ASSERT_TRUE(window.total.value.has_value());
  // Begin and end readings alone are wrong by up to 30 J.
  EXPECT_NEAR(window.total.value->value, 300.0, 3.0);
  EXPECT_LE(window.total.relative->low.value, 300.0);
  EXPECT_GE(window.total.relative->high.value, 300.0);
}

TEST(MeasureWindow, AFrozenCounterIsMissingAndNotZero) {
  auto frozen = steady("cpu.package.0", 100);
  frozen.stuck_from_s = 0.0;
  Bench bench({frozen});
  const auto& window = bench.measure(1, 2);
  EXPECT_FALSE(window.channels[0].gross.value.has_value());
  EXPECT_EQ(window.channels[0].gross.provenance, Provenance::missing);
  EXPECT_EQ(window.channels[0].gross.reason, "stuck");
  EXPECT_FALSE(window.total.value.has_value());
  EXPECT_FALSE(window.complete);
  EXPECT_TRUE(bench.warned("counter_stuck"));
}

TEST(MeasureWindow, ACounterThatFreezesInsideTheWindowIsMissingWithTheTime) {
  auto frozen = steady("cpu.package.0", 100);
  frozen.stuck_from_s = 1.5;
  Bench bench({frozen}, 4.0);
  const auto& window = bench.measure(1, 3.5, 50);
  EXPECT_FALSE(window.total.value.has_value());
  EXPECT_EQ(window.channels[0].gross.reason, "stuck");
  EXPECT_TRUE(bench.warned("counter_stood_still"));
}

TEST(MeasureWindow, ACounterAtRestBeforeTheWorkIsAlive) {
  auto suspended = steady("cpu.package.0", 0);
  suspended.energy_j = [](double s) { return s < 2.0 ? 0.0 : 100.0 * (s - 2.0); };
  Bench bench({suspended}, 4.0);
  const auto& window = bench.measure(2.0, 3.5, 50);
  ASSERT_TRUE(window.total.value.has_value());
  EXPECT_NEAR(window.total.value->value, 150.0, 1.5);
}

TEST(MeasureWindow, AResetInsideTheWindowIsMissing) {
  auto reset = steady("cpu.package.0", 100);
  reset.reset_at_s = 1.5;
  Bench bench({reset});
  const auto& window = bench.measure(1, 2, 50);
  EXPECT_FALSE(window.total.value.has_value());
  EXPECT_EQ(window.channels[0].gross.reason, "reset");
  EXPECT_TRUE(bench.warned("counter_reset"));
}

TEST(MeasureWindow, AResetBeforeTheWindowCostsNothing) {
  auto reset = steady("cpu.package.0", 100);
  reset.reset_at_s = 0.5;
  Bench bench({reset});
  const auto& window = bench.measure(1, 2, 50);
  ASSERT_TRUE(window.total.value.has_value());
  EXPECT_NEAR(window.total.value->value, 100.0, 0.5);
}

TEST(MeasureWindow, ACounterLosesNothingOverAGap) {
  auto failing = steady("cpu.package.0", 100);
  failing.failing = {{1.2, 1.5}};
  Bench bench({failing});
  const auto& window = bench.measure(1, 2, 50);
  ASSERT_TRUE(window.total.value.has_value());
  EXPECT_NEAR(window.total.value->value, 100.0, 0.5);
  EXPECT_TRUE(bench.warned("gap"));
}

TEST(MeasureWindow, ACounterThatIsNeverReadIsUnreadableAndNotZero) {
  auto failing = steady("cpu.package.0", 100);
  failing.failing = {{0.0, 100.0}};
  Bench bench({failing});
  const auto& window = bench.measure(1, 2);
  EXPECT_EQ(window.channels[0].gross.reason, "unreadable");
  EXPECT_FALSE(window.total.value.has_value());
}

TEST(MeasureWindow, ACounterThatFailsForMostOfTheEndIsTooShort) {
  auto failing = steady("cpu.package.0", 100);
  failing.failing = {{1.5, 100.0}};
  Bench bench({failing});
  const auto& window = bench.measure(1, 2, 50);
  EXPECT_FALSE(window.total.value.has_value());
  EXPECT_EQ(window.channels[0].gross.reason, "too_short");
}

TEST(MeasureWindow, AWindowWithFewUpdatesIsFlagged) {
  auto slow = steady("gpu.0", 300);
  slow.update_period_s = 0.1;
  Bench bench({slow});
  bench.measure(1.01, 1.05, 10);
  EXPECT_TRUE(bench.warned("few_updates"));
}

TEST(MeasureWindow, AWindowThatCannotBeResolvedSaysHowLongToRun) {
  auto slow = steady("gpu.0", 300);
  slow.update_period_s = 0.1;
  Bench bench({slow});
  bench.measure(1.01, 1.07, 1);
  ASSERT_TRUE(bench.warned("too_short"));
  const auto found = std::ranges::find(bench.warnings, "too_short", &record::Warning::code);
  EXPECT_THAT(found->hint, HasSubstr("run"));
}

TEST(MeasureWindow, PackagesAndMemoryAreAddedAndPartsInsideThemAreNot) {
  auto package = steady("cpu.package.0", 100);
  package.channel.covers = {"cpu.cores.0", "cpu.uncore.0"};
  Bench bench({package, steady("cpu.cores.0", 60), steady("cpu.uncore.0", 5), steady("cpu.dram.0", 10)});
  const auto& window = bench.measure(1, 2, 50);
  EXPECT_THAT(window.sums, ElementsAre("cpu.package.0", "cpu.dram.0"));
  EXPECT_NEAR(window.total.value->value, 110.0, 0.5);
}

TEST(MeasureWindow, PsysIsNeverAdded) {
  auto psys = steady("psys.0", 250);
  psys.channel.covers = {"cpu.package.0"};
  Bench bench({steady("cpu.package.0", 100), psys});
  const auto& window = bench.measure(1, 2, 50);
  EXPECT_THAT(window.sums, ElementsAre("cpu.package.0"));
  EXPECT_NEAR(window.total.value->value, 100.0, 0.5);
  EXPECT_NEAR(window.channels[1].gross.value->value, 250.0, 1.0);
}

TEST(MeasureWindow, AMissingPackageLeavesNoTotal) {
  Bench bench({steady("cpu.package.0", 100), missing("cpu.package.1", "permission")});
  const auto& window = bench.measure(1, 2, 50);
  EXPECT_FALSE(window.total.value.has_value());
  EXPECT_EQ(window.total.reason, "cpu.package.1: permission");
  EXPECT_FALSE(window.complete);
  EXPECT_THAT(window.missing, ElementsAre("cpu.package.1"));
  EXPECT_EQ(window.channels[1].gross.reason, "permission");
  EXPECT_EQ(window.channels[1].gross.hint, "do this");
  EXPECT_NEAR(window.channels[0].gross.value->value, 100.0, 0.5);
}

TEST(MeasureWindow, WithoutAGpuThatTheWorkUsedThereIsNoTotal) {
  Bench bench({steady("cpu.package.0", 50.0)});
  const std::vector<std::string> used = {"gpu.0"};
  bench.measure(1.0, 2.0);
  EXPECT_TRUE(bench.window.total.value.has_value());
  measure_window(bench.meter.channels(), bench.samples, {}, bench.window, {.used = used});
  EXPECT_FALSE(bench.window.total.value.has_value());
  EXPECT_EQ(bench.window.total.reason, "gpu.0: absent");
  EXPECT_FALSE(bench.window.complete);
  EXPECT_THAT(bench.window.sums, ElementsAre("cpu.package.0"));
}

TEST(MeasureWindow, MissingMemoryMakesTheTotalALowerBound) {
  Bench bench({steady("cpu.package.0", 100), missing("cpu.dram.0", "permission")});
  const auto& window = bench.measure(1, 2, 50);
  EXPECT_NEAR(window.total.value->value, 100.0, 0.5);
  EXPECT_FALSE(window.complete);
  EXPECT_THAT(window.missing, ElementsAre("cpu.dram.0"));
  EXPECT_TRUE(bench.warned("incomplete_total"));
}

TEST(MeasureWindow, AModelledEnergyNeverJoinsAMeasuredTotal) {
  Bench bench({steady("gpu.0", 300), modelled("cpu.package.0", 100)});
  const auto& window = bench.measure(1, 2, 50);
  EXPECT_FALSE(window.total.value.has_value());
  EXPECT_EQ(window.total.reason, "cpu.package.0: modelled, the rest is measured");
  EXPECT_THAT(window.missing, ElementsAre("cpu.package.0"));
  EXPECT_NEAR(window.channels[1].gross.value->value, 100.0, 1.0);
}

TEST(MeasureWindow, NetIsGrossLessIdleAndItsUncertaintyCounts) {
  Bench bench({steady("cpu.package.0", 100)});
  const std::vector<record::IdleBaseline> idle = {{"cpu.package.0", {40}, {{38}, {42}}}};
  const auto& window = bench.measure(1, 3, 50, idle);
  ASSERT_TRUE(window.net_total.value.has_value());
  EXPECT_NEAR(window.net_total.value->value, 120.0, 0.5);
  EXPECT_NEAR(window.net_total.relative->high.value - window.net_total.value->value, 4.0, 0.5);
}

TEST(MeasureWindow, ANegativeNetEnergyIsKept) {
  Bench bench({steady("cpu.package.0", 30)});
  const std::vector<record::IdleBaseline> idle = {{"cpu.package.0", {40}, {{39}, {41}}}};
  const auto& window = bench.measure(1, 2, 50, idle);
  ASSERT_TRUE(window.net_total.value.has_value());
  EXPECT_NEAR(window.net_total.value->value, -10.0, 0.5);
  EXPECT_LT(window.net_total.relative->low, window.net_total.relative->high);
}

TEST(MeasureWindow, WithoutAnIdleBaselineTheNetEnergyIsMissing) {
  Bench bench({steady("cpu.package.0", 100)});
  const auto& window = bench.measure(1, 2, 50);
  EXPECT_FALSE(window.net_total.value.has_value());
  EXPECT_THAT(window.net_total.reason, HasSubstr("idle"));
}

TEST(MeasureWindow, GainsOfOneKindAddLinearly) {
  auto a = steady("cpu.package.0", 100);
  a.channel.gain_low = -0.1;
  a.channel.gain_high = 0.1;
  auto b = a;
  b.channel.id = "cpu.package.1";
  auto c = a;
  c.channel.id = "cpu.dram.0";
  Bench same({a, b});
  const auto& linear = same.measure(1, 2, 50);
  EXPECT_NEAR(linear.total.absolute->high.value - linear.total.absolute->low.value, 40.0, 0.5);
  Bench different({a, c});
  const auto& squares = different.measure(1, 2, 50);
  EXPECT_NEAR(squares.total.absolute->high.value - squares.total.absolute->low.value, 28.3, 0.5);
}

TEST(MeasureWindow, AGaugeIsIntegratedAndNotAveragedOverItsChanges) {
  FakeChannel gauge;
  gauge.channel = counter_channel("gpu.0");
  gauge.channel.kind = record::ChannelKind::power;
  gauge.power_w = [](double s) { return s < 1.5 ? 100.0 : 300.0; };
  Bench bench({gauge});
  const auto& window = bench.measure(1, 2, 50);
  EXPECT_NEAR(window.total.value->value, 200.0, 2.0);
}

TEST(MeasureWindow, AConstantGaugeIsAlive) {
  FakeChannel gauge;
  gauge.channel = counter_channel("gpu.0");
  gauge.channel.kind = record::ChannelKind::power;
  Bench bench({gauge});
  EXPECT_NEAR(bench.measure(1, 2, 50).total.value->value, 100.0, 1e-3);
}

TEST(MeasureWindow, AGapWidensTheIntervalOfAGauge) {
  FakeChannel gauge;
  gauge.channel = counter_channel("gpu.0");
  gauge.channel.kind = record::ChannelKind::power;
  gauge.power_w = [](double s) { return 100.0 + 20.0 * std::sin(40.0 * s); };
  Bench whole({gauge});
  whole.measure(1, 2, 50);
  gauge.failing = {{1.3, 1.6}};
  Bench gap({gauge});
  gap.measure(1, 2, 50);
  const auto width = [](const record::Window& w) { return (w.total.relative->high - w.total.relative->low).value; };
  EXPECT_GT(width(gap.window), 2.0 * width(whole.window));
  EXPECT_TRUE(gap.warned("gap"));
}

TEST(MeasureWindow, FewBatchesAreFlagged) {
  Bench bench({steady("cpu.package.0", 100)});
  bench.measure(1, 2, 4);
  EXPECT_TRUE(bench.warned("few_batches"));
  bench.measure(1, 2, 5);
  EXPECT_FALSE(bench.warned("few_batches"));
}

TEST(MeasureWindow, MillijoulesAreNotTakenForJoules) {
  auto quantised = steady("gpu.0", 0.5);
  quantised.quantum_j = 0.001;
  quantised.channel.update_period.reset();
  Bench bench({quantised});
  EXPECT_NEAR(bench.measure(1, 2, 50).total.value->value, 0.5, 0.02);
}

TEST(IdlePower, IsTheMeanPowerWithAnInterval) {
  Bench bench({steady("cpu.package.0", 42)});
  const auto idle =
      idle_power(bench.meter.channels(), bench.samples, bench.start + Seconds{0.5}, bench.start + Seconds{2.5});
  ASSERT_EQ(idle.size(), 1U);
  EXPECT_EQ(idle[0].channel, "cpu.package.0");
  EXPECT_NEAR(idle[0].power.value, 42.0, 0.1);
  EXPECT_LE(idle[0].interval.low, idle[0].power);
  EXPECT_GE(idle[0].interval.high, idle[0].power);
}

TEST(IdlePower, AnUnsteadyIdleHasAWiderInterval) {
  auto unsteady = steady("cpu.package.0", 42);
  unsteady.energy_j = [](double s) { return 42.0 * s + 5.0 * std::sin(3.0 * s); };
  Bench bench({steady("cpu.dram.0", 42), unsteady});
  const auto idle =
      idle_power(bench.meter.channels(), bench.samples, bench.start + Seconds{0.5}, bench.start + Seconds{2.5});
  ASSERT_EQ(idle.size(), 2U);
  const auto width = [](const record::IdleBaseline& b) { return (b.interval.high - b.interval.low).value; };
  EXPECT_GT(width(idle[1]), 5.0 * width(idle[0]));
}

TEST(IdlePower, AChannelThatIsNotReadIsLeftOut) {
  auto failing = steady("cpu.package.0", 42);
  failing.failing = {{0.0, 100.0}};
  Bench bench({failing, missing("cpu.dram.0", "absent")});
  EXPECT_THAT(idle_power(bench.meter.channels(), bench.samples, bench.start, bench.start + Seconds{2}), IsEmpty());
  EXPECT_THAT(idle_power(bench.meter.channels(), {}, bench.start, bench.start + Seconds{2}), IsEmpty());
}

}  // namespace
}  // namespace wattlens::meter
