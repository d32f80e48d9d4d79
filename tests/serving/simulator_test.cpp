#include "serving/simulator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "base/random.h"

namespace wattlens::serving {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Batch b takes first_ms + (b - 1) * more_ms, and 1 J + b * 0.5 J; idle 10 W.
ServiceModel linear_model(double first_ms, double more_ms, std::int64_t most, std::vector<double> noise = {}) {
  const auto point = [&](std::int64_t batch) {
    return ServicePoint{.batch = batch,
                        .time = base::milliseconds(first_ms + static_cast<double>(batch - 1) * more_ms),
                        .energy = {1.0 + 0.5 * static_cast<double>(batch)}};
  };
  ServiceModel model{.points = {point(1)}, .idle = {10.0}, .noise = std::move(noise)};
  if (most > 1) model.points.push_back(point(most));
  return model;
}

ServiceTable linear(double first_ms, double more_ms, std::int64_t most, std::vector<double> noise = {}) {
  return ServiceTable::build(linear_model(first_ms, more_ms, most, std::move(noise))).value();
}

std::vector<std::int64_t> times_of(std::string_view arrivals, std::int64_t requests, std::uint64_t seed = 1) {
  return schedule(parse_arrivals(arrivals).value(), requests, seed).value();
}

Outcome simulated(const std::vector<std::int64_t>& times, std::string_view policy, const ServiceTable& service,
                  std::vector<ServedBatch>* served = nullptr) {
  auto outcome = simulate({.times_ns = times}, parse_policy(policy).value(), service, 5, served);
  EXPECT_TRUE(outcome) << outcome.error().message;
  return outcome ? *std::move(outcome) : Outcome{};
}

// Every 20 ms one request of 10 ms: D/D/1, by hand.
TEST(Simulator, EvenRequestsThatAreServedAtOnce) {
  std::vector<std::int64_t> times;
  for (std::int64_t i = 1; i <= 5; ++i) times.push_back(i * 20'000'000);
  const Outcome outcome = simulated(times, "greedy", linear(10.0, 1.0, 128));
  EXPECT_EQ(outcome.requests, 5);
  EXPECT_EQ(outcome.batches, 5);
  EXPECT_DOUBLE_EQ(outcome.span.value, 0.11);
  EXPECT_DOUBLE_EQ(outcome.busy.value, 0.05);
  EXPECT_DOUBLE_EQ(outcome.utilisation, 0.05 / 0.11);
  EXPECT_DOUBLE_EQ(outcome.energy.value, 5 * 1.5 + 0.06 * 10.0);
  EXPECT_NEAR(outcome.net_energy.value, 5 * (1.5 - 0.1), 1e-12);
  EXPECT_DOUBLE_EQ(outcome.per_request.value, (5 * 1.5 + 0.06 * 10.0) / 5);
  EXPECT_DOUBLE_EQ(outcome.response.mean.value, 0.01);
  EXPECT_DOUBLE_EQ(outcome.response.max.value, 0.01);
  EXPECT_EQ(outcome.waiting.max.value, 0.0);
  EXPECT_DOUBLE_EQ(outcome.throughput.value, 5 / 0.11);
  EXPECT_FALSE(outcome.saturation.saturated);
}

// Requests at 1 .. 5 ms, batches of 2, 10 ms and 1 ms more for the second.
TEST(Simulator, ABatchWaitsUntilFullAndTheLastIsServedPartly) {
  const std::vector<std::int64_t> times = {1'000'000, 2'000'000, 3'000'000, 4'000'000, 5'000'000};
  std::vector<ServedBatch> served;
  const Outcome outcome = simulated(times, "2", linear(10.0, 1.0, 2), &served);
  ASSERT_EQ(served.size(), 3U);
  EXPECT_EQ(served[0].begin_ns, 2'000'000);
  EXPECT_EQ(served[0].end_ns, 13'000'000);
  EXPECT_EQ(served[1].end_ns, 24'000'000);
  EXPECT_EQ(served[2].count, 1);
  EXPECT_EQ(served[2].end_ns, 34'000'000);
  EXPECT_THAT(outcome.batches_by_size, ElementsAre(0, 1, 2));
  EXPECT_DOUBLE_EQ(outcome.mean_batch, 5.0 / 3.0);
  // Responses 12, 11, 21, 20, 29 ms.
  EXPECT_DOUBLE_EQ(outcome.response.mean.value, 0.0186);
  EXPECT_DOUBLE_EQ(outcome.response.p50.value, 0.020);
  EXPECT_NEAR(outcome.response.p95.value, 0.0274, 1e-12);  // 21 + 0.8 * 8, numpy.quantile
  EXPECT_NEAR(outcome.response.p99.value, 0.02868, 1e-12);
  EXPECT_DOUBLE_EQ(outcome.response.max.value, 0.029);
}

TEST(Simulator, ATimeOutEndsTheWaiting) {
  const std::vector<std::int64_t> times = {0, 1'000'000, 90'000'000};
  std::vector<ServedBatch> served;
  simulated(times, "4@5ms", linear(1.0, 1.0, 4), &served);
  ASSERT_EQ(served.size(), 2U);
  EXPECT_EQ(served[0].begin_ns, 5'000'000);
  EXPECT_EQ(served[0].count, 2);
  EXPECT_EQ(served[1].begin_ns, 90'000'000);  // nothing comes after it
}

// Mean waiting of M/G/1 (Pollaczek 1930, Khinchine 1932): rate * E[S^2] / (2 (1 - load)).
TEST(Simulator, WaitsAsPollaczekAndKhinchineSay) {
  std::vector<double> exponential;  // quantiles of the exponential distribution: nearly M/M/1
  for (int i = 0; i < 1000; ++i) exponential.push_back(-std::log1p(-(i + 0.5) / 1000));
  for (const auto& noise : {std::vector<double>{}, std::vector<double>{0.5, 1.5}, exponential}) {
    double mean = 1.0;
    double square = 1.0;
    if (!noise.empty()) {
      const auto count = static_cast<double>(noise.size());
      mean = std::accumulate(noise.begin(), noise.end(), 0.0) / count;
      square = std::inner_product(noise.begin(), noise.end(), noise.begin(), 0.0) / count;
    }
    for (const double load : {0.3, 0.7}) {
      constexpr double kService = 0.01;
      const double rate = load / (kService * mean);
      const Arrivals arrivals{.kind = ArrivalKind::poisson, .rate = {rate}};
      const auto times = schedule(arrivals, 300'000, 3).value();
      const Outcome outcome = simulated(times, "greedy:1", linear(10.0, 0.0, 1, noise));
      const double expected = rate * kService * kService * square / (2.0 * (1.0 - load));
      EXPECT_NEAR(outcome.waiting.mean.value / expected, 1.0, 0.05) << load << " " << square;
      EXPECT_NEAR(outcome.utilisation, load, 0.01);
    }
  }
}

// Waiting of M/M/1 is exponential given that there is any: P(W > t) = load exp(-(mu - lambda) t).
TEST(Simulator, TheTailOfTheWaitingIsThatOfMM1) {
  std::vector<double> exponential;
  for (int i = 0; i < 20'000; ++i) exponential.push_back(-std::log1p(-(i + 0.5) / 20'000));
  const Outcome outcome = simulated(times_of("poisson:50", 500'000), "1", linear(10.0, 0.0, 1, exponential));
  EXPECT_NEAR(outcome.waiting.p95.value, std::log(0.5 / 0.05) / 50.0, 0.001);
  EXPECT_NEAR(outcome.waiting.p99.value, std::log(0.5 / 0.01) / 50.0, 0.003);
}

// A batch of B fills in B - 1 gaps, so a request waits (B - 1) / (2 rate) where serving takes no time.
TEST(Simulator, FillingABatchTakesHalfOfItsGapsOnAverage) {
  for (const std::int64_t batch : {2, 16, 128}) {
    const auto times = times_of("poisson:1000", 256'000);
    const Outcome outcome = simulated(times, std::to_string(batch), linear(0.001, 0.0, 128));
    EXPECT_NEAR(outcome.waiting.mean.value / (static_cast<double>(batch - 1) / 2000.0), 1.0, 0.02) << batch;
    EXPECT_EQ(outcome.batches, 256'000 / batch);
  }
}

TEST(Simulator, AClosedLoopIsAsFastAsItsBatches) {
  const ServiceTable service = linear(10.0, 1.0, 16);
  const auto outcome = simulate({.clients = 8, .requests = 800}, parse_policy("greedy").value_or(Policy{}), service, 1);
  ASSERT_FALSE(outcome);  // greedy means 128, 16 is the largest that was measured
  EXPECT_THAT(outcome.error().message, HasSubstr("measured were sizes up to 16"));
  const auto greedy = simulate({.clients = 8, .requests = 800}, parse_policy("greedy:16").value(), service, 1);
  ASSERT_TRUE(greedy);
  EXPECT_EQ(greedy->batches, 100);
  EXPECT_DOUBLE_EQ(greedy->throughput.value, 8 / 0.017);
  EXPECT_DOUBLE_EQ(greedy->response.max.value, 0.017);
  EXPECT_DOUBLE_EQ(greedy->utilisation, 1.0);
  // Two batches of 4 take turns: each request waits for the other's batch.
  const auto halves = simulate({.clients = 8, .requests = 800}, parse_policy("4").value(), service, 1);
  EXPECT_DOUBLE_EQ(halves.value().response.p50.value, 0.026);
  EXPECT_FALSE(simulate({.clients = 8, .requests = 800}, parse_policy("16").value(), service, 1));
  EXPECT_TRUE(simulate({.clients = 8, .requests = 803}, parse_policy("16@1ms").value(), service, 1));
}

TEST(Simulator, MoreThanItCanDoIsFoundAndLessIsNot) {
  const ServiceTable service = linear(10.0, 2.0, 64);  // 64: 136 ms, 470.6 requests/s
  const auto saturation = [&](std::string_view arrivals, std::string_view policy) {
    return simulated(times_of(arrivals, 20'000), policy, service).saturation;
  };
  EXPECT_TRUE(saturation("poisson:500", "greedy:64").saturated);
  EXPECT_NEAR(saturation("poisson:500", "greedy:64").load, 500 / 470.6, 0.02);
  EXPECT_TRUE(saturation("jittered:500", "64@50ms").saturated);
  EXPECT_FALSE(saturation("poisson:400", "greedy:64").saturated);
  EXPECT_FALSE(saturation("jittered:400", "64").saturated);
  EXPECT_TRUE(saturation("poisson:150", "1").saturated);               // 100 requests/s
  EXPECT_TRUE(saturation("poisson:350", "dynamic:4+8:64").saturated);  // 8 without a delay: 307.7
  EXPECT_FALSE(saturation("poisson:350", "dynamic:4+8:64@5ms").saturated);
}

// Whatever the policy: everybody is served once, in order, by one server, never before coming; the server never idles
// while a decision would let it start.
TEST(Simulator, EverybodyIsServedOnceInOrder) {
  base::Random random(9);
  for (const std::string_view text : {"1", "5", "5@3ms", "greedy:7", "dynamic:3+6@4ms", "dynamic:2+5:16", "16@100ms"}) {
    const Policy policy = parse_policy(text).value();
    for (const std::string_view arrivals : {"poisson:100", "poisson:400", "jittered:250", "burst"}) {
      std::vector<std::int64_t> times;
      if (arrivals == "burst") {
        for (std::int64_t i = 0; i < 500; ++i) times.push_back(i / 25 * 40'000'000);
      } else {
        times = times_of(arrivals, 500, random.next());
      }
      std::vector<ServedBatch> served;
      const Outcome outcome = simulated(times, text, linear(2.0, 1.0, 16, {0.5, 1.0, 1.5}), &served);
      std::int64_t next = 0;
      std::int64_t free = 0;
      std::int64_t busy = 0;
      for (const ServedBatch& batch : served) {
        ASSERT_EQ(batch.first, next) << text;
        ASSERT_GE(batch.count, 1);
        ASSERT_LE(batch.count, policy.most);
        ASSERT_GE(batch.begin_ns, free);
        ASSERT_GE(batch.begin_ns, times[static_cast<std::size_t>(batch.first + batch.count - 1)]);
        ASSERT_GT(batch.end_ns, batch.begin_ns);
        const std::int64_t oldest = times[static_cast<std::size_t>(batch.first)];
        ASSERT_TRUE(policy.kind != PolicyKind::greedy || batch.begin_ns == std::max(free, oldest)) << text;
        if (policy.kind == PolicyKind::timeout || policy.kind == PolicyKind::dynamic) {
          const auto delay = static_cast<std::int64_t>(policy.max_delay.value * 1e9);
          ASSERT_LE(batch.begin_ns, std::max(free, oldest + delay)) << text;
        }
        next += batch.count;
        free = batch.end_ns;
        busy += batch.end_ns - batch.begin_ns;
      }
      EXPECT_EQ(next, 500);
      EXPECT_EQ(outcome.batches, static_cast<std::int64_t>(served.size()));
      EXPECT_DOUBLE_EQ(outcome.busy.value, static_cast<double>(busy) * 1e-9);
      EXPECT_DOUBLE_EQ(outcome.span.value, static_cast<double>(free) * 1e-9);
      EXPECT_NEAR(outcome.energy.value - outcome.net_energy.value, 10.0 * outcome.span.value, 1e-6);
    }
  }
}

TEST(Simulator, IsTheSameForTheSameSeed) {
  const auto times = times_of("poisson:200", 2000);
  const ServiceTable service = linear(2.0, 1.0, 16, {0.5, 1.0, 1.5});
  const Policy policy = parse_policy("greedy:16").value();
  const auto first = simulate({.times_ns = times}, policy, service, 1).value();
  EXPECT_EQ(first.response.p99, simulate({.times_ns = times}, policy, service, 1).value().response.p99);
  EXPECT_NE(first.response.p99, simulate({.times_ns = times}, policy, service, 2).value().response.p99);
}

TEST(Simulator, WhatCannotBeSimulatedIsAnError) {
  const ServiceTable service = linear(2.0, 1.0, 16);
  const Policy policy = parse_policy("1").value();
  EXPECT_FALSE(simulate({}, policy, service, 1));
  EXPECT_FALSE(simulate({.clients = 4}, policy, service, 1));
  const std::vector<std::int64_t> descending = {5, 4};
  EXPECT_FALSE(simulate({.times_ns = descending}, policy, service, 1));
  const std::vector<std::int64_t> negative = {-5, 4};
  EXPECT_FALSE(simulate({.times_ns = negative}, policy, service, 1));
  const std::vector<std::int64_t> single = {7};
  EXPECT_EQ(simulate({.times_ns = single}, policy, service, 1).value().batches, 1);
}

TEST(ServiceTable, IsLinearBetweenWhatWasMeasured) {
  const ServiceModel model{.points = {{.batch = 1, .time = base::seconds(1), .energy = {2}},
                                      {.batch = 3, .time = base::seconds(2), .energy = {8}},
                                      {.batch = 4, .time = base::seconds(2), .energy = {9}}}};
  const ServiceTable table = ServiceTable::build(model).value();
  EXPECT_EQ(table.most(), 4);
  EXPECT_DOUBLE_EQ(table.time_ns(1), 1e9);
  EXPECT_DOUBLE_EQ(table.time_ns(2), 1.5e9);
  EXPECT_DOUBLE_EQ(table.energy(2).value, 5.0);
  EXPECT_DOUBLE_EQ(table.time_ns(3), 2e9);
  EXPECT_DOUBLE_EQ(table.energy(4).value, 9.0);
  EXPECT_DOUBLE_EQ(table.capacity(3).value, 1.5);
}

TEST(ServiceTable, ADrawMovesWhatIsUncertainAndNothingElse) {
  ServiceModel model = linear_model(10.0, 1.0, 8);
  model.points[1].time_uncertainty = 0.1;
  base::Random random(4);
  double sum = 0.0;
  double squares = 0.0;
  for (int i = 0; i < 4000; ++i) {
    const ServiceTable table = ServiceTable::draw(model, random).value();
    EXPECT_DOUBLE_EQ(table.time_ns(1), 1e7);
    EXPECT_DOUBLE_EQ(table.energy(8).value, 5.0);
    const double relative = table.time_ns(8) / 17e6 - 1.0;
    sum += relative;
    squares += relative * relative;
  }
  EXPECT_NEAR(sum / 4000, 0.0, 0.005);
  EXPECT_NEAR(std::sqrt(squares / 4000), 0.1, 0.005);
}

TEST(ServiceTable, WhatWasNotMeasuredRightIsAnError) {
  EXPECT_FALSE(ServiceTable::build({}));
  const ServicePoint one{.batch = 1, .time = base::seconds(1), .energy = {2}};
  const ServicePoint two{.batch = 2, .time = base::seconds(1), .energy = {2}};
  EXPECT_FALSE(ServiceTable::build({.points = {two}}));
  EXPECT_FALSE(ServiceTable::build({.points = {one, two, two}}));
  EXPECT_FALSE(ServiceTable::build({.points = {one, {.batch = 2, .time = base::seconds(0)}}}));
  EXPECT_FALSE(ServiceTable::build({.points = {one, {.batch = 2, .time = base::seconds(NAN)}}}));
  EXPECT_FALSE(ServiceTable::build({.points = {one}, .noise = {1.0, 0.0}}));
  EXPECT_FALSE(ServiceTable::build({.points = {one}, .idle = {-1.0}}));
  EXPECT_TRUE(ServiceTable::build({.points = {one, two}}));
}

}  // namespace
}  // namespace wattlens::serving
