#include "experiment/schedule.h"

#include <gtest/gtest.h>

#include <numeric>

namespace wattlens::experiment {
namespace {

using base::Seconds;

Seconds total(std::span<const Remaining> points, std::span<const std::int64_t> shares) {
  Seconds sum;
  for (std::size_t i = 0; i < points.size(); ++i) sum += static_cast<double>(shares[i]) * points[i].cost;
  return sum;
}

TEST(ShareTime, OfNoPointsIsEmpty) { EXPECT_TRUE(share_time({}, Seconds{10.0}).empty()); }

TEST(ShareTime, WithoutTimeNothingIsGiven) {
  const Remaining points[] = {{Seconds{1.0}}, {Seconds{2.0}}};
  EXPECT_EQ(share_time(points, Seconds{0.5}), (std::vector<std::int64_t>{0, 0}));
  EXPECT_EQ(share_time(points, Seconds{-1.0}), (std::vector<std::int64_t>{0, 0}));
}

TEST(ShareTime, LightPointsGetMoreRepetitionsThanHeavyOnes) {
  const Remaining points[] = {{Seconds{1.0}}, {Seconds{10.0}}};
  const auto shares = share_time(points, Seconds{40.0});
  EXPECT_EQ(shares[1], 3);
  EXPECT_GE(shares[0], 8);
  EXPECT_LE(total(points, shares), Seconds{40.0});
}

TEST(ShareTime, HeavyPointsGetThreeBeforeLightOnesGetMany) {
  const Remaining points[] = {{Seconds{0.5}}, {Seconds{0.5}}, {Seconds{9.0}}};
  const auto shares = share_time(points, Seconds{31.0});
  EXPECT_EQ(shares[2], 3);
  EXPECT_GE(shares[0], 3);
  EXPECT_LE(total(points, shares), Seconds{31.0});
}

TEST(ShareTime, WhatWasMadeCounts) {
  const Remaining points[] = {{Seconds{1.0}, 8}, {Seconds{1.0}, 2}};
  const auto shares = share_time(points, Seconds{6.0});
  EXPECT_GT(shares[1], shares[0]);
}

TEST(ShareTime, FinishedPointsGetNothing) {
  const Remaining points[] = {{Seconds{1.0}, 8, true}, {Seconds{1.0}, 2, false}};
  const auto shares = share_time(points, Seconds{5.0});
  EXPECT_EQ(shares[0], 0);
  EXPECT_GE(shares[1], 4);
}

TEST(PlanWindows, WithoutABudgetEveryWindowHasItsLength) {
  const Seconds batches[] = {Seconds{0.002}, Seconds{3.0}};
  const auto plans = plan_windows(batches, Effort{}, std::nullopt);
  EXPECT_EQ(plans[0].duration, Seconds{2.0});
  EXPECT_EQ(plans[1].batches, kBatchesPerWindow);
  EXPECT_EQ(plan_windows(batches, Effort{.quick = true}, std::nullopt)[0].duration, Seconds{1.0});
}

TEST(PlanWindows, AWindowMayBeAskedToHoldFewBatches) {
  const Seconds batches[] = {Seconds{3.0}};
  EXPECT_EQ(plan_windows(batches, {.batches = 2}, std::nullopt).front().batches, 2);
  EXPECT_EQ(plan_windows(batches, {.batches = 2}, Seconds{1000.0}).front().batches, 2);
}

TEST(PlanWindows, ABudgetShortensWindowsAndThinsHeavyPoints) {
  std::vector<Seconds> batches(14, Seconds{0.01});
  batches.push_back(Seconds{3.0});
  const auto plans = plan_windows(batches, Effort{}, Seconds{90.0});
  EXPECT_LT(plans[0].duration, Seconds{2.0});
  EXPECT_GE(plans[0].duration, kShortestWindow);
  EXPECT_EQ(plans[0].batches, kBatchesPerWindow);
  EXPECT_EQ(plans[14].batches, 2);
}

TEST(PlanWindows, AWindowThatTheUserGaveIsKept) {
  const Seconds batches[] = {Seconds{0.01}};
  EXPECT_EQ(plan_windows(batches, Effort{.window = Seconds{0.1}}, Seconds{1.0})[0].duration, Seconds{0.1});
}

TEST(PlanWindows, ASlowGaugeLengthensThemButNotWhatTheUserGave) {
  record::Channel gauge;
  gauge.kind = record::ChannelKind::power;
  gauge.provenance = record::Provenance::measured;
  gauge.update_period = Seconds{0.1};
  gauge.averaging_window = Seconds{1.0};
  const Seconds shortest = shortest_window({&gauge, 1});
  EXPECT_GE(shortest, 2.0 * Seconds{1.1});
  const Seconds batches[] = {Seconds{0.01}};
  EXPECT_EQ(plan_windows(batches, Effort{}, Seconds{5.0}, shortest)[0].duration, shortest);
  EXPECT_EQ(plan_windows(batches, Effort{.window = Seconds{0.1}}, Seconds{1.0}, shortest)[0].duration, Seconds{0.1});
  gauge.averaging_window = Seconds{300.0};
  EXPECT_LE(shortest_window({&gauge, 1}), Seconds{10.0}) << "a firmware's mean over minutes is not waited for";
  gauge.provenance = record::Provenance::missing;
  EXPECT_EQ(shortest_window({&gauge, 1}), kShortestWindow);
}

}  // namespace
}  // namespace wattlens::experiment
