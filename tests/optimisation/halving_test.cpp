#include "optimisation/halving.h"

#include <gtest/gtest.h>

#include "experiment/plan.h"
#include "optimisation/limit.h"

namespace wattlens::optimisation {
namespace {

using base::Joules;
using record::PlanPoint;
using record::Trial;

PlanPoint point(std::int64_t batch, const std::string& precision = "f32") {
  PlanPoint point;
  point.model = "alexnet";
  point.precision = precision;
  point.batch = batch;
  point.id = experiment::point_id(point);
  return point;
}

Trial trial(std::int64_t batch, double energy, double latency, double spread = 0.01) {
  Trial trial;
  trial.point = point(batch);
  trial.energy = {{energy}, {energy * (1 - spread)}, {energy * (1 + spread)}};
  trial.latency = {{latency}, {latency * (1 - spread)}, {latency * (1 + spread)}};
  return trial;
}

std::vector<record::Limit> limits(const std::string& text) { return {parse_limit(text).value()}; }

Joules ten(const PlanPoint&) { return Joules{10.0}; }

TEST(KeepBest, AsManyGoOnAsTheJoulesPayFor) {
  const std::vector<Trial> trials = {trial(1, 5.0, 0.001), trial(2, 4.0, 0.001), trial(4, 3.0, 0.001),
                                     trial(8, 2.0, 0.001), trial(16, 2.01, 0.001)};
  const Kept kept = keep_best(trials, {}, Joules{35.0}, ten);
  ASSERT_EQ(kept.points.size(), 3U);
  EXPECT_EQ(kept.points[0].batch, 8);
  EXPECT_EQ(kept.points[2].batch, 4);
  EXPECT_FALSE(kept.all);
  ASSERT_EQ(kept.fallen.size(), 2U);
  EXPECT_EQ(kept.fallen[0].reason, "needs 100 % more energy than the best");
  EXPECT_EQ(keep_best(trials, {}, Joules{0.0}, ten).points.size(), 2U);
  EXPECT_TRUE(keep_best(trials, {}, Joules{50.0}, ten).all);
}

TEST(KeepBest, WhatBreaksALimitFallsAndTheCheapestThatKeepsItStays) {
  const std::vector<Trial> trials = {trial(64, 1.0, 0.2), trial(32, 2.0, 0.0999), trial(16, 2.1, 0.0999),
                                     trial(4, 3.0, 0.05), trial(1, 9.0, 0.01)};
  const Kept kept = keep_best(trials, limits("latency<100ms"), Joules{0.0}, ten);
  ASSERT_EQ(kept.points.size(), 3U);
  EXPECT_EQ(kept.points[2].batch, 4);  // the first that keeps it for certain
  EXPECT_EQ(kept.fallen.front().reason, "breaks latency<100ms");
}

TEST(KeepBest, WrongOutputsAndFailuresFall) {
  std::vector<Trial> trials = {trial(1, 1.0, 0.1), trial(2, 2.0, 0.1), trial(4, 3.0, 0.1), trial(8, 4.0, 0.1)};
  trials[0].output_check.status = record::CheckStatus::failed;
  trials[1].failure = "the worker died";
  trials[2].energy.reset();
  trials[2].failure = "no energy: absent";
  const Kept kept = keep_best(trials, {}, Joules{100.0}, ten);
  ASSERT_EQ(kept.points.size(), 1U);
  EXPECT_EQ(kept.points[0].batch, 8);
  EXPECT_EQ(kept.fallen[0].reason, "its outputs are wrong");
  EXPECT_TRUE(keep_best({}, {}, Joules{100.0}, ten).points.empty());
}

TEST(Waves, WithoutALimitOfTimeAllAreMeasuredAtOnce) {
  const std::vector<PlanPoint> points = {point(1), point(2), point(4)};
  std::vector<record::Fallen> fallen;
  Waves waves(points, limits("throughput>5"), true);
  EXPECT_EQ(waves.next({}, fallen, 0).size(), 3U);
  EXPECT_TRUE(waves.next({}, fallen, 0).empty());
}

TEST(Waves, LargerBatchesThanOneThatBreaksTheLimitAreNotMeasured) {
  const std::vector<PlanPoint> points = {point(1), point(2), point(4), point(8), point(16), point(1, "bf16")};
  std::vector<record::Fallen> fallen;
  Waves waves(points, limits("latency<10ms"), true);
  EXPECT_EQ(waves.next({}, fallen, 0).size(), 2U);  // the smallest of each precision
  // 3 ms alone: 4 would take 12 ms if batching gained nothing, so 4 is measured and 8 waits.
  std::vector<Trial> trials = {trial(1, 1.0, 0.003)};
  const auto second = waves.next(trials, fallen, 0);
  ASSERT_EQ(second.size(), 2U);
  EXPECT_EQ(second.back().batch, 4);
  trials.push_back(trial(4, 1.0, 0.012));
  EXPECT_TRUE(waves.next(trials, fallen, 0).empty());
  ASSERT_EQ(fallen.size(), 2U);
  EXPECT_EQ(fallen[1].reason, "not measured: batch 4 breaks latency<10ms");
}

TEST(Waves, WhatStillKeepsTheLimitIsFollowedByTheRest) {
  const std::vector<PlanPoint> points = {point(1), point(4), point(8), point(16)};
  std::vector<record::Fallen> fallen;
  Waves waves(points, limits("p99<10ms"), true);
  EXPECT_EQ(waves.next({}, fallen, 0).size(), 1U);
  std::vector<Trial> trials = {trial(1, 1.0, 0.0)};
  trials[0].p99 = {{0.004}, {0.0039}, {0.0041}};
  EXPECT_EQ(waves.next(trials, fallen, 0).size(), 1U);  // 4, which batching makes 5 ms
  trials.push_back(trial(4, 1.0, 0.0));
  trials[1].p99 = {{0.005}, {0.0049}, {0.0051}};
  EXPECT_EQ(waves.next(trials, fallen, 0).size(), 2U);
  EXPECT_TRUE(fallen.empty());
}

}  // namespace
}  // namespace wattlens::optimisation
