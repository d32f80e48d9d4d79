#include "simulation/power.h"

#include <gtest/gtest.h>

#include <cmath>

namespace wattlens::simulation {
namespace {

double energy(const Power& power, double time) { return power.energy(Seconds{time}).value; }
double watts(const Power& power, double time) { return power.at(Seconds{time}).value; }

TEST(Power, NothingUsesNothing) {
  EXPECT_EQ(watts({}, 1.0), 0.0);
  EXPECT_EQ(energy({}, 1.0), 0.0);
}

TEST(Power, AConstantIsPowerTimesTime) {
  const Power power{.constant = {50.0}};
  EXPECT_DOUBLE_EQ(energy(power, 3.0), 150.0);
  EXPECT_DOUBLE_EQ(energy(power, -2.0), -100.0);
}

TEST(Power, StepsHoldUntilTheNextOne) {
  const Power power{.steps = {{{1.0}, {10.0}}, {{3.0}, {40.0}}}};
  EXPECT_EQ(watts(power, 0.5), 0.0);
  EXPECT_EQ(watts(power, 1.0), 10.0);
  EXPECT_EQ(watts(power, 5.0), 40.0);
  EXPECT_DOUBLE_EQ(energy(power, 1.0), 0.0);
  EXPECT_DOUBLE_EQ(energy(power, 2.0), 10.0);
  EXPECT_DOUBLE_EQ(energy(power, 4.0), 60.0);
}

TEST(Power, ASquareWaveIsHighForItsShareOfAPeriod) {
  const Power power{.square = Square{{10.0}, {110.0}, {2.0}, 0.25, {0.5}}};
  EXPECT_EQ(watts(power, 0.0), 10.0);
  EXPECT_EQ(watts(power, 0.6), 110.0);
  EXPECT_EQ(watts(power, 1.1), 10.0);
  EXPECT_DOUBLE_EQ(energy(power, 0.5), 5.0);
  EXPECT_DOUBLE_EQ(energy(power, 1.0), 60.0);
  EXPECT_DOUBLE_EQ(energy(power, 20.0), 700.0);
}

TEST(Power, ARampIsLevelBeforeAndAfter) {
  const Power power{.ramp = Ramp{{1.0}, {3.0}, {10.0}, {50.0}}};
  EXPECT_EQ(watts(power, 0.0), 10.0);
  EXPECT_EQ(watts(power, 2.0), 30.0);
  EXPECT_EQ(watts(power, 9.0), 50.0);
  EXPECT_DOUBLE_EQ(energy(power, 2.0), 10.0 + 20.0);
  EXPECT_DOUBLE_EQ(energy(power, 4.0), 10.0 + 60.0 + 50.0);
}

TEST(Power, BurstsComeOncePerIntervalAtOtherPlaces) {
  const Power power{.bursts = Bursts{{100.0}, {0.1}, {1.0}, 7}};
  EXPECT_NEAR(energy(power, 10.0), 100.0, 1e-9);
  const double first = energy(power, 0.5);
  bool another = false;
  for (int i = 1; i < 10; ++i) another |= std::abs(energy(power, i + 0.5) - energy(power, i) - first) > 1e-6;
  EXPECT_TRUE(another);
}

// The closed form against a sum over small steps.
TEST(Power, TheEnergyIsTheIntegralOfThePower) {
  const Power power{.constant = {5.0},
                    .steps = {{{0.3}, {20.0}}, {{1.7}, {0.0}}},
                    .square = Square{{0.0}, {80.0}, {0.13}, 0.4, {0.07}},
                    .ramp = Ramp{{0.5}, {2.5}, {1.0}, {31.0}},
                    .bursts = Bursts{{200.0}, {0.05}, {0.4}, 3}};
  constexpr double kStep = 1e-5;
  double sum = 0.0;
  for (int i = 0; i < 300'000; ++i) {
    sum += watts(power, (i + 0.5) * kStep) * kStep;
    if (i % 50'000 == 49'999) {
      EXPECT_NEAR(energy(power, (i + 1) * kStep), sum, 0.05) << i;
    }
  }
}

}  // namespace
}  // namespace wattlens::simulation
