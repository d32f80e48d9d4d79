#include "study/policy_verdict.h"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>

namespace wattlens::study {
namespace {

using base::Seconds;

record::PointSummary served(double p99, double high, double mean = 0.01) {
  record::PointSummary point;
  point.serving = record::ServingSummary{};
  point.serving->response = {{mean}, {0.9 * mean}, {1.1 * mean}};
  point.serving->response_p99 = {{p99}, {0.9 * p99}, {high}};
  return point;
}

const serving::ResponseLimit kP99{serving::ResponseMetric::p99, Seconds{0.1}};
const serving::ResponseLimit kMean{serving::ResponseMetric::mean, Seconds{0.05}};

TEST(PolicyVerdict, WhatServedNothingKeepsNothing) { EXPECT_FALSE(held_against({}, {{kP99}}).meets); }

TEST(PolicyVerdict, MeansDecideAndIntervalsMakeItCertain) {
  EXPECT_TRUE(held_against(served(0.08, 0.09), {{kP99}}).certain);
  const auto open = held_against(served(0.08, 0.12), {{kP99}});
  EXPECT_TRUE(open.meets);
  EXPECT_FALSE(open.certain);
  const auto broken = held_against(served(1.2, 1.3), {{kP99}});
  EXPECT_FALSE(broken.meets);
  EXPECT_EQ(broken.binding, "p99<100ms");
  EXPECT_NEAR(broken.use_of_limit, 12.0, 1e-9);
}

TEST(PolicyVerdict, OneWindowIsNeverCertain) {
  const auto one = held_against(served(0.08, std::numeric_limits<double>::quiet_NaN()), {{kP99}});
  EXPECT_TRUE(one.meets);
  EXPECT_FALSE(one.certain);
}

TEST(PolicyVerdict, TheTightestOfSeveralLimitsBinds) {
  const serving::ResponseLimit limits[] = {kP99, kMean};
  EXPECT_EQ(held_against(served(0.05, 0.06, 0.045), limits).binding, "mean<50ms");
  EXPECT_EQ(held_against(served(0.09, 0.095, 0.01), limits).binding, "p99<100ms");
}

TEST(PolicyVerdict, AQueueThatOnlyGrowsKeepsNothing) {
  record::PointSummary point = served(0.01, 0.02);
  point.serving->saturated = true;
  EXPECT_FALSE(held_against(point, {{kP99}}).meets);
}

}  // namespace
}  // namespace wattlens::study
