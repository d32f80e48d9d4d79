#include "experiment/serving.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "experiment/plan.h"

namespace wattlens::experiment {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Axes serving_axes() {
  Axes axes;
  axes.models = {"alexnet"};
  axes.arrivals = {"poisson:10", "closed:4"};
  axes.policies = {"4", "greedy:8"};
  axes.requests = 20;
  return axes;
}

// Requests at 0, 1, 2 and 5 s; one batch of two from 1 to 3 s, two of one from 3 to 4 and from 5 to 6 s.
record::Run served_run(std::int64_t block = 0) {
  record::Run run;
  run.block = block;
  record::Window& window = run.windows.emplace_back();
  window.end = {6'000'000'000};
  window.images = 4;
  window.served = record::Served{.arrival_us = {0, 1'000'000, 2'000'000, 5'000'000},
                                 .due_us = {1'000'000, 3'000'000, 4'999'900},
                                 .begin_us = {1'000'000, 3'000'000, 5'000'000},
                                 .end_us = {3'000'000, 4'000'000, 6'000'000},
                                 .sizes = {2, 1, 1}};
  return run;
}

const record::PlanPoint kPoisson{.arrivals = "poisson:1"};

TEST(Serving, EveryPolicyIsAPointOfItsOwnOnOneCompiledModel) {
  const auto points = plan_points(serving_axes());
  ASSERT_EQ(points.size(), 4U);
  EXPECT_EQ(points[1].id, "alexnet/openvino/cpu/f32/latency/b8/224px/t0/poisson:10/greedy:8");
  EXPECT_EQ(points[1].requests, 20);
  EXPECT_EQ(points[1].batch, 8);
  for (const auto& point : points) EXPECT_EQ(compiled_id(point), compiled_id(points[0]));
  Axes plain;
  plain.models = {"alexnet"};
  plain.batches = {8};
  EXPECT_NE(compiled_id(plan_points(plain)[0]), compiled_id(points[0]));
}

TEST(Serving, APlanWithRequestsIsReadBackAsItWasWritten) {
  Plan plan;
  plan.axes = serving_axes();
  const auto again = plan_from_json(to_json(plan));
  ASSERT_TRUE(again.has_value()) << again.error().message;
  EXPECT_EQ(to_json(*again), to_json(plan));
}

TEST(Serving, WhatCannotBeServedIsRefusedBeforeAnythingIsMeasured) {
  Axes axes = serving_axes();
  axes.policies = {"8"};  // four clients never fill it
  EXPECT_FALSE(check_serving(axes).has_value());
  axes = serving_axes();
  axes.arrivals = {"often"};
  EXPECT_THAT(check_serving(axes).error().message, HasSubstr("often"));
  axes = serving_axes();
  axes.requests = 0;
  EXPECT_FALSE(check_serving(axes).has_value());
  axes = serving_axes();
  axes.arrivals = {"trace:no such file.csv"};
  EXPECT_THAT(check_serving(axes).error().message, HasSubstr("no such file.csv"));
}

TEST(Serving, AllPointsOfABlockGetTheSameArrivals) {
  const auto points = plan_points(serving_axes());
  const auto seed = [&](std::size_t point, std::int64_t block) {
    return serving_request(points[point], 7, block)->seed;
  };
  EXPECT_EQ(seed(0, 3), seed(1, 3));
  EXPECT_NE(seed(0, 3), seed(0, 4));
}

TEST(Serving, AWindowIsAsLongAsItsRequestsTakeToComeOrToBeServed) {
  auto point = plan_points(serving_axes())[0];
  const double few = planned_for_requests({.batch = base::Seconds{0.01}}, point).duration.value;
  EXPECT_GT(few, 0.5);
  EXPECT_LT(few, 8.0);  // about 20 requests at 10 per second
  const double many = planned_for_requests({.batch = base::Seconds{10.0}}, point).duration.value;
  EXPECT_DOUBLE_EQ(many, 25.0);  // 20 requests in batches of 8
}

TEST(Serving, TimesCountFromWhenARequestCame) {
  const record::Run run = served_run();
  const record::Run* const runs[] = {&run, &run};
  const auto summary = summarise_serving(kPoisson, runs);
  ASSERT_TRUE(summary.has_value());
  EXPECT_DOUBLE_EQ(summary->response.value.value, (3.0 + 2.0 + 2.0 + 1.0) / 4.0);
  EXPECT_DOUBLE_EQ(summary->response_max.value.value, 3.0);
  EXPECT_DOUBLE_EQ(summary->response_p50.value.value, 2.0);
  EXPECT_DOUBLE_EQ(summary->waiting.value.value, (1.0 + 0.0 + 1.0 + 0.0) / 4.0);
  EXPECT_NEAR(summary->batch.value, 4.0 / 3.0, 1e-12);
  EXPECT_NEAR(summary->offered_per_s.value, 3.0 / 5.0, 1e-12);
  EXPECT_NEAR(summary->capacity_per_s.value, 1.0, 1e-12);
  EXPECT_NEAR(summary->busy.value, 4.0 / 6.0, 1e-12);
  EXPECT_NEAR(summary->lateness_p99.value, 1e-4, 5e-6);
  EXPECT_FALSE(summary->saturated);
  EXPECT_THAT(summary->response_s, ElementsAre(2.0, 2.0));
}

TEST(Serving, OneRepetitionHasNoInterval) {
  const record::Run run = served_run();
  const record::Run* const runs[] = {&run};
  const auto summary = summarise_serving(kPoisson, runs);
  ASSERT_TRUE(summary.has_value());
  EXPECT_TRUE(std::isnan(summary->response.low.value));
  EXPECT_FALSE(summarise_serving(kPoisson, {}).has_value());
}

TEST(Serving, MoreRequestsThanCanBeServedAreSaturation) {
  record::Run run = served_run();
  run.windows.back().served->arrival_us = {0, 100'000, 200'000, 300'000};
  const record::Run* const runs[] = {&run, &run};
  EXPECT_TRUE(summarise_serving(kPoisson, runs)->saturated);
}

TEST(Serving, AClosedLoopIsNeverSaturated) {
  record::Run run = served_run();
  run.windows.back().served->arrival_us = {0, 100'000, 200'000, 300'000};
  const record::Run* const runs[] = {&run, &run};
  EXPECT_FALSE(summarise_serving({.arrivals = "closed:4"}, runs)->saturated);
}

}  // namespace
}  // namespace wattlens::experiment
