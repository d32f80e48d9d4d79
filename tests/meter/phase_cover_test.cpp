#include "meter/phase_cover.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "base/random.h"

namespace wattlens::meter {
namespace {

using base::Seconds;

Looks quarter(std::int64_t count, double period_error = 0.0) {
  return {.period = Seconds{0.1}, .look = Seconds{0.025}, .count = count, .period_error = period_error};
}

TEST(PhaseCover, ALoadThatKeepsStepLeavesItsRestUnseenHoweverLong) {
  for (const std::int64_t count : {1, 10, 1000}) {
    EXPECT_NEAR(phase_cover(quarter(count), Seconds{0.1}).unseen, count == 1 ? 0.875 : 0.75, 1e-9);
    EXPECT_NEAR(phase_cover(quarter(count), Seconds{0.05}).unseen, 0.75, 1e-9) << "every second batch alike, at worst";
  }
}

TEST(PhaseCover, ALoadThatDriftsPastIsSeenAllOver) {
  const PhaseCover few = phase_cover(quarter(20), Seconds{0.0618});
  const PhaseCover many = phase_cover(quarter(400), Seconds{0.0618});
  EXPECT_EQ(few.unseen, 0.0);
  EXPECT_EQ(many.unseen, 0.0);
  EXPECT_LT(many.uneven, 0.02);
  EXPECT_LT(many.uneven, few.uneven);
}

TEST(PhaseCover, WorkThatRepeatsManyTimesInOneLookIsSeenEvenly) {
  const PhaseCover cover = phase_cover(quarter(10), Seconds{0.001});
  EXPECT_EQ(cover.unseen, 0.0);
  EXPECT_LT(cover.uneven, 0.05);
}

TEST(PhaseCover, WhatIsNotKnownOfThePeriodMayBeAStepInTime) {
  EXPECT_EQ(phase_cover(quarter(120), Seconds{0.0505}).unseen, 0.0);
  EXPECT_GT(phase_cover(quarter(120, 0.01), Seconds{0.0505}).unseen, 0.5);
}

TEST(PhaseCover, NothingIsSeenWithoutALook) {
  EXPECT_EQ(phase_cover(quarter(0), Seconds{0.1}).unseen, 1.0);
  EXPECT_EQ(phase_cover(quarter(5), Seconds{0.0}).unseen, 1.0);
}

// The bound of the header, for drawn work in two levels: no mean over looks breaks it.
TEST(PhaseCover, TheBoundHolds) {
  base::Random random(3);
  for (int trial = 0; trial < 300; ++trial) {
    const Looks looks = quarter(5 + static_cast<std::int64_t>(random.below(200)));
    const double batch = random.uniform(0.01, 0.3);
    const double busy = random.uniform(0.1, 0.9);
    const double phase = random.uniform();
    const auto watts = [&](double time) {
      const double place = time / batch + phase;
      return place - std::floor(place) < busy ? 500.0 : 100.0;
    };
    double seen = 0.0;
    constexpr int kSteps = 400;
    for (std::int64_t k = 0; k < looks.count; ++k) {
      for (int i = 0; i < kSteps; ++i) {
        seen += watts(static_cast<double>(k) * 0.1 + 0.025 * (i + 0.5) / kSteps) / kSteps;
      }
    }
    seen /= static_cast<double>(looks.count);
    const double truth = 100.0 + 400.0 * busy;
    const PhaseCover cover = phase_cover(looks, Seconds{batch});
    const double farthest = std::max(500.0 - seen, seen - 100.0);
    EXPECT_LE(std::abs(seen - truth), cover.unseen * farthest + cover.uneven * 400.0 + 2.0) << batch << " " << busy;
  }
}

}  // namespace
}  // namespace wattlens::meter
