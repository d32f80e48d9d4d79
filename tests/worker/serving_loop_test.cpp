#include "worker/serving_loop.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "fake/fake_clock.h"

namespace wattlens::worker {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::int64_t kMs = 1'000'000;

// A batch of n images takes 2 ms + n * 1 ms; the clock stands still but for batches and sleep.
class TimedSession final : public engine::Session {
 public:
  explicit TimedSession(fake::FakeClock& clock, std::int64_t slots = 1) : clock_(clock), slots_(slots) {}

  record::WorkloadInfo describe() const override { return {}; }
  std::span<const engine::Operator> operators() const override { return {}; }
  std::int64_t slots() const override { return slots_; }
  Result<void> set_input(const engine::TensorView&) override { return {}; }
  Result<void> set_slot_input(std::int64_t, const engine::TensorView&) override { return {}; }
  Result<void> enqueue(std::int64_t, std::int64_t images) override {
    if (images == fails_at) return fail(ErrorKind::run_failed, "the device is on fire");
    clock_.advance(base::Seconds{0.002 + 0.001 * static_cast<double>(images)});
    return {};
  }
  Result<engine::Completion> next_completion() override { return engine::Completion{0, clock_.now()}; }
  Result<engine::TensorView> output(std::int64_t) override { return engine::TensorView{}; }

  std::int64_t fails_at = 0;

 private:
  fake::FakeClock& clock_;
  std::int64_t slots_;
};

class ServingLoop : public testing::Test {
 protected:
  Result<Ran> serve(const std::string& policy, const std::vector<std::int64_t>& arrivals_ms, std::int64_t clients = 0) {
    ServeRequest request{serving::parse_policy(policy).value(), std::ssize(arrivals_ms), clients};
    memory_.assign(kWordsPerRequest * arrivals_ms.size(), -1);
    for (std::size_t i = 0; i < arrivals_ms.size() && clients == 0; ++i) memory_[i] = arrivals_ms[i] * kMs;
    return serve_requests(session_, request, clock_, memory_);
  }

  // due, begin, end in ms; images
  std::vector<std::int64_t> batch(std::int64_t index, std::int64_t requests) const {
    const auto first = memory_.begin() + requests + 4 * index;
    return {first[0] / kMs, first[1] / kMs, first[2] / kMs, first[3]};
  }

  fake::FakeClock clock_;
  TimedSession session_{clock_};
  std::vector<std::int64_t> memory_;
};

TEST_F(ServingLoop, AFixedBatchWaitsUntilItIsFullAndTheLastPartialOneIsServed) {
  const auto ran = serve("2", {0, 10, 11, 12, 30});
  ASSERT_TRUE(ran.has_value()) << ran.error().message;
  EXPECT_EQ(ran->batches, 3);
  EXPECT_THAT(batch(0, 5), ElementsAre(10, 10, 14, 2));
  EXPECT_THAT(batch(1, 5), ElementsAre(14, 14, 18, 2));  // full while the first one ran
  EXPECT_THAT(batch(2, 5), ElementsAre(30, 30, 33, 1));
  EXPECT_EQ((ran->end.ns - ran->begin.ns) / kMs, 33);
}

TEST_F(ServingLoop, GreedyTakesWhateverWaits) {
  const auto ran = serve("greedy", {0, 1, 2, 20});
  ASSERT_TRUE(ran.has_value());
  EXPECT_EQ(ran->batches, 3);
  EXPECT_THAT(batch(0, 4), ElementsAre(0, 0, 3, 1));
  EXPECT_THAT(batch(1, 4), ElementsAre(3, 3, 7, 2));
  EXPECT_THAT(batch(2, 4), ElementsAre(20, 20, 23, 1));
}

TEST_F(ServingLoop, ATimeOutCountsFromTheOldestRequest) {
  const auto ran = serve("4@5ms", {0, 2, 50});
  ASSERT_TRUE(ran.has_value());
  EXPECT_THAT(batch(0, 3), ElementsAre(5, 5, 9, 2));
  EXPECT_THAT(batch(1, 3), ElementsAre(50, 50, 53, 1));  // nobody comes after it: it need not wait
}

TEST_F(ServingLoop, ALateWakeUpIsSeenAndDelaysNoOtherRequest) {
  clock_.after_sleep = [this] { clock_.advance(base::Seconds{0.001}); };
  const auto ran = serve("1", {10, 11});
  ASSERT_TRUE(ran.has_value());
  EXPECT_THAT(batch(0, 2), ElementsAre(10, 11, 14, 1));
  EXPECT_THAT(batch(1, 2), ElementsAre(14, 14, 17, 1));
}

TEST_F(ServingLoop, InAClosedLoopEachClientAsksAgainWhenItIsAnswered) {
  const auto ran = serve("2", std::vector<std::int64_t>(6), 2);
  ASSERT_TRUE(ran.has_value()) << ran.error().message;
  EXPECT_EQ(ran->batches, 3);
  EXPECT_THAT(std::vector(memory_.begin(), memory_.begin() + 6), ElementsAre(0, 0, 4 * kMs, 4 * kMs, 8 * kMs, 8 * kMs));
  EXPECT_THAT(batch(2, 6), ElementsAre(8, 8, 12, 2));
}

TEST_F(ServingLoop, WhatTheEngineRefusesEndsTheWindow) {
  session_.fails_at = 2;
  const auto ran = serve("2", {0, 1});
  ASSERT_FALSE(ran.has_value());
  EXPECT_EQ(ran.error().message, "the device is on fire");
}

TEST_F(ServingLoop, SeveralSlotsAndTooManyRequestsAreRefused) {
  TimedSession two(clock_, 2);
  const ServeRequest request{serving::parse_policy("1").value(), 1, 0};
  std::vector<std::int64_t> memory(kWordsPerRequest);
  EXPECT_THAT(serve_requests(two, request, clock_, memory).error().hint, HasSubstr("latency hint"));
  memory.pop_back();
  EXPECT_THAT(serve_requests(session_, request, clock_, memory).error().message, HasSubstr("do not fit"));
}

}  // namespace
}  // namespace wattlens::worker
