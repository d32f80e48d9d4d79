#include "stats/planned_looks.h"

#include <gtest/gtest.h>

#include <limits>

#include "stats/reference.h"

namespace wattlens::stats {
namespace {

TEST(PlannedLooks, ComeAfterPlannedNumbersOfBlocksOnly) {
  EXPECT_EQ(next_look(0), 6U);
  EXPECT_EQ(next_look(5), 6U);
  EXPECT_EQ(next_look(6), 10U);
  EXPECT_EQ(next_look(23), 24U);
  EXPECT_FALSE(next_look(24));
}

TEST(DetectableEffect, RefusesWhatIsNoTest) {
  EXPECT_FALSE(detectable_effect(0));
  EXPECT_FALSE(detectable_effect(1));
  EXPECT_FALSE(detectable_effect(6, {.confidence = 1.0}));
  EXPECT_FALSE(detectable_effect(6, {.power = 0.0}));
  EXPECT_FALSE(smallest_detectable_difference(-1.0, 6));
  EXPECT_FALSE(smallest_detectable_difference(std::numeric_limits<double>::quiet_NaN(), 6));
  EXPECT_FALSE(smallest_detectable_difference(1e6, 6));
  EXPECT_FALSE(pairs_to_detect(0.01, 0.0, 100));
}

TEST(DetectableEffect, WithoutScatterAnyDifferenceIsFound) {
  EXPECT_EQ(*smallest_detectable_difference(0.0, 6), 0.0);
  EXPECT_EQ(**pairs_to_detect(0.0, 0.01, 24), 2U);
}

TEST(DetectableEffect, AgreesWithStatsmodels) {
  for (const auto& wanted : test_reference().at("detectable_effects")) {
    const auto found = detectable_effect(wanted.at(0), {.confidence = wanted.at(1), .power = wanted.at(2)});
    ASSERT_TRUE(found);
    expect_close(*found, wanted.at(3), wanted.dump(), 1e-8);
  }
}

TEST(PairsToDetect, AreTheFewestThatDo) {
  const double deviation = 0.014;
  const auto pairs = pairs_to_detect(deviation, 0.02, 200);
  ASSERT_TRUE(pairs && *pairs);
  EXPECT_LE(*smallest_detectable_difference(deviation, **pairs), 0.02);
  EXPECT_GT(*smallest_detectable_difference(deviation, **pairs - 1), 0.02);
  EXPECT_FALSE(*pairs_to_detect(1.0, 0.001, 200));
}

}  // namespace
}  // namespace wattlens::stats
