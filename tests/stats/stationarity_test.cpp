#include "stats/stationarity.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "base/random.h"

namespace wattlens::stats {
namespace {

using Values = std::vector<double>;
constexpr double kNoise = 0.01;

TEST(Stationarity, TooFewWindowsAreNotStationaryYet) {
  EXPECT_EQ(is_stationary({}, kNoise), false);
  EXPECT_EQ(is_stationary(Values(1, 5.0), kNoise), false);
  EXPECT_EQ(is_stationary(Values(kStationarityWindows - 1, 5.0), kNoise), false);
}

TEST(Stationarity, EqualWindowsAreStationary) {
  EXPECT_EQ(is_stationary(Values(kStationarityWindows, 5.0), 0.0), true);
  EXPECT_EQ(is_stationary(Values(50, 0.0), 0.0), true);
}

TEST(Stationarity, BadArgumentsAreErrors) {
  Values values(20, 1.0);
  EXPECT_FALSE(is_stationary(values, -0.1));
  EXPECT_FALSE(is_stationary(values, std::numeric_limits<double>::quiet_NaN()));
  values[3] = std::numeric_limits<double>::infinity();
  EXPECT_FALSE(is_stationary(values, kNoise));
}

TEST(Stationarity, TheAllowedDifferenceIsRelativeToTheLaterLevel) {
  Values values(20, 100.0);
  values[0] = values[1] = 100.9;
  EXPECT_EQ(is_stationary(values, kNoise), true);
  values[0] = values[1] = 101.1;
  EXPECT_EQ(is_stationary(values, kNoise), false);
  for (double& x : values) x = -x;
  EXPECT_EQ(is_stationary(values, kNoise), false);
}

TEST(Stationarity, ARampAndASlowApproachAreNot) {
  Values ramp;
  Values approach;
  for (int i = 0; i < 30; ++i) {
    ramp.push_back(100.0 + i);
    approach.push_back(100.0 * (1.0 - std::exp(-i / 5.0)));
  }
  EXPECT_EQ(is_stationary(ramp, kNoise), false);
  EXPECT_EQ(is_stationary(approach, kNoise), false);
}

TEST(Stationarity, NoiseAroundOneLevelIsMostlyAccepted) {
  base::Random random(11);
  int accepted = 0;
  for (int trial = 0; trial < 500; ++trial) {
    Values values;
    for (int i = 0; i < 40; ++i) values.push_back(100.0 + 3.0 * random.normal());
    accepted += *is_stationary(values, 0.0) ? 1 : 0;
  }
  EXPECT_GT(accepted, 440);  // two standard errors, estimated from 20 values
  EXPECT_LT(accepted, 500);
}

TEST(Stationarity, OneHiccupAmongTheLaterWindowsDoesNotHideAWarmUp) {
  Values values;
  for (int i = 0; i < 20; ++i) values.push_back(i < 2 ? 70.0 : 100.0 + 0.1 * (i % 3));
  values[15] = 200.0;
  EXPECT_EQ(is_stationary(values, kNoise), false);
}

}  // namespace
}  // namespace wattlens::stats
