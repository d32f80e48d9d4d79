#include "audit/integral.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "base/random.h"

namespace wattlens::audit {
namespace {

constexpr double kSecond = 1e9;

SeriesScan scan_of(SeriesKind kind, const std::vector<std::pair<double, double>>& readings) {
  SeriesScan scan({.name = "power", .kind = kind});
  std::int64_t line = 1;
  for (const auto& [seconds, value] : readings) scan.add(std::llround(seconds * kSecond), value, ++line);
  scan.finish();
  return scan;
}

std::vector<std::pair<double, double>> constant(std::size_t count, double watts) {
  std::vector<std::pair<double, double>> readings;
  for (std::size_t i = 0; i < count; ++i) readings.emplace_back(static_cast<double>(i), watts);
  return readings;
}

TEST(Integral, OneReadingHasNone) {
  EXPECT_FALSE(integrate(scan_of(SeriesKind::power, {})));
  EXPECT_FALSE(integrate(scan_of(SeriesKind::power, {{0.0, 5.0}})));
  EXPECT_FALSE(integrate(scan_of(SeriesKind::power, {{0.0, 5.0}, {0.0, 6.0}})));
}

TEST(Integral, AConstantPowerIsPowerTimesTime) {
  const auto integral = integrate(scan_of(SeriesKind::power, constant(11, 42.0)));
  ASSERT_TRUE(integral);
  EXPECT_DOUBLE_EQ(integral->energy.value, 420.0);
  EXPECT_DOUBLE_EQ(integral->relative.low.value, 420.0);
  EXPECT_FALSE(integral->absolute);
}

TEST(Integral, ARampIsExactWithUnevenSteps) {
  const auto integral = integrate(scan_of(SeriesKind::power, {{0.0, 0.0}, {1.0, 10.0}, {4.0, 40.0}, {5.0, 50.0}}));
  EXPECT_DOUBLE_EQ(integral->energy.value, 125.0);
}

// White noise around a constant: the interval must hold the truth as often as it says. Its spread is known here.
TEST(Integral, TheIntervalHoldsTheTruthOfANoisyPower) {
  base::Random random(7);
  int held = 0;
  constexpr int kTrials = 2000;
  for (int trial = 0; trial < kTrials; ++trial) {
    std::vector<std::pair<double, double>> readings;
    for (int i = 0; i <= 100; ++i) readings.emplace_back(i, 100.0 + 10.0 * random.normal());
    const auto integral = integrate(scan_of(SeriesKind::power, readings));
    if (integral->relative.low.value <= 1e4 && 1e4 <= integral->relative.high.value) ++held;
  }
  EXPECT_GE(held, kTrials * 93 / 100);
  EXPECT_LE(held, kTrials * 98 / 100);
}

TEST(Integral, AGapWidensTheIntervalByWhatMayHaveBeenInIt) {
  auto readings = constant(20, 100.0);
  readings[5].second = 20.0;
  for (std::size_t i = 10; i < readings.size(); ++i) readings[i].first += 30.0;
  const auto integral = integrate(scan_of(SeriesKind::power, readings));
  EXPECT_GE(integral->relative.high.value - integral->relative.low.value, 80.0 * 31.0);
}

TEST(Integral, AnHourThatTheClockWasSetByIsNoEnergy) {
  for (const double hour : {3600.0, -3600.0}) {
    auto readings = constant(100, 50.0);
    for (std::size_t i = 60; i < readings.size(); ++i) readings[i].first += hour;
    const auto integral = integrate(scan_of(SeriesKind::power, readings));
    EXPECT_NEAR(integral->energy.value, 99 * 50.0, 1.0) << hour;
  }
}

TEST(Integral, ATimeThatRunsBackWidensTheInterval) {
  auto readings = constant(100, 50.0);
  for (std::size_t i = 60; i < readings.size(); ++i) readings[i].first -= 10.0;
  const auto integral = integrate(scan_of(SeriesKind::power, readings));
  EXPECT_LE(integral->relative.low.value, 99 * 50.0);
  EXPECT_GE(integral->relative.high.value, 99 * 50.0);
}

// 61 µJ units, 32 bits: 262,143.33 J.
TEST(Integral, ACounterThatWrapsIsCorrected) {
  constexpr double kRange = 262143.328850;
  std::vector<std::pair<double, double>> readings;
  for (int i = 0; i < 100; ++i) readings.emplace_back(i, std::fmod(260000.0 + 100.0 * i, kRange));
  const SeriesScan scan = scan_of(SeriesKind::counter, readings);
  EXPECT_EQ(scan.decrease_count(), 1);
  EXPECT_NEAR(integrate(scan)->energy.value, 9900.0, 1e-6);
}

TEST(Integral, ACounterThatBeginsAnewIsNoWrap) {
  std::vector<std::pair<double, double>> readings;
  for (int i = 0; i < 50; ++i) readings.emplace_back(i, 1000.0 + 100.0 * i);
  for (int i = 50; i < 100; ++i) readings.emplace_back(i, 100.0 * (i - 50));
  const auto integral = integrate(scan_of(SeriesKind::counter, readings));
  EXPECT_NEAR(integral->energy.value, 9900.0, 100.0);
  EXPECT_GE(integral->relative.high.value - integral->relative.low.value, 200.0);
}

TEST(Integral, IncrementsAreAddedUp) {
  EXPECT_DOUBLE_EQ(integrate(scan_of(SeriesKind::increment, constant(10, 3.0)))->energy.value, 30.0);
}

TEST(Integral, TheSensorsErrorMakesTheAbsoluteInterval) {
  const SensorErrors sensors = [](const SeriesInfo&) {
    return SensorError{-0.1, 0.2, record::Interval<base::Watts>{base::Watts{-1.0}, base::Watts{2.0}}, 0.25};
  };
  const auto integral = integrate(scan_of(SeriesKind::power, constant(11, 100.0)), sensors);
  ASSERT_TRUE(integral->absolute);
  EXPECT_NEAR(integral->absolute->low.value, 900.0 - 10.0, 1e-9);
  EXPECT_NEAR(integral->absolute->high.value, 1200.0 + 20.0, 1e-9);
  EXPECT_THAT(integral->leaves_out, ::testing::Contains(::testing::HasSubstr("25 %")));
}

}  // namespace
}  // namespace wattlens::audit
