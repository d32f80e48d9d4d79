#include "serving/policy.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wattlens::serving {
namespace {

using ::testing::HasSubstr;

constexpr std::int64_t kMillisecond = 1'000'000;

Decision decided(std::string_view policy, std::int64_t waiting, std::int64_t waited_ms = 0, bool ended = false) {
  constexpr std::int64_t kNow = 1'000'000'000'000;
  return decide(parse_policy(policy).value(),
                {.waiting = waiting, .oldest_ns = kNow - waited_ms * kMillisecond, .ended = ended}, kNow);
}

// Waits for `count`, and for `left_ms` at most (-1: for as long as it takes).
void expect_wait(const Decision& decision, std::int64_t count, std::int64_t left_ms = -1) {
  EXPECT_EQ(decision.take, 0);
  EXPECT_EQ(decision.wait_for, count);
  EXPECT_EQ(decision.until_ns.has_value(), left_ms >= 0);
  EXPECT_EQ(decision.until_ns.value_or(0), left_ms < 0 ? 0 : 1'000'000'000'000 + left_ms * kMillisecond);
}

TEST(Policy, ItsTextIsReadBackAsTheSame) {
  for (const std::string_view text : {"1", "16", "16@50ms", "128@2s", "8@1500us", "greedy", "greedy:64",
                                      "dynamic:4+8@5ms", "dynamic:8", "dynamic:4+8:32@250us", "dynamic:4+8:32"}) {
    const auto policy = parse_policy(text);
    ASSERT_TRUE(policy) << text;
    EXPECT_EQ(to_text(*policy), text);
    EXPECT_EQ(parse_policy(to_text(*policy)).value(), *policy);
  }
  EXPECT_EQ(to_text(parse_policy(" greedy:128 ").value()), "greedy");
  EXPECT_EQ(to_text(parse_policy("dynamic:8+4+8:8@0.005").value()), "dynamic:4+8@5ms");
}

TEST(Policy, WhatCannotBeReadIsQuotedWithAWayOut) {
  for (const std::string_view text : {"",           "0",           "-1",          "1.5",        "4097",
                                      "16@",        "16@0ms",      "16@-5ms",     "16@0.1us@2", "16@0.0001us",
                                      "greedy:0",   "greedy@5ms",  "dynamic",     "dynamic:",   "dynamic:0",
                                      "dynamic:4+", "dynamic:8:4", "dynamic@5ms", "adaptive",   "16:2"}) {
    const auto policy = parse_policy(text);
    ASSERT_FALSE(policy) << text;
    EXPECT_EQ(policy.error().kind, ErrorKind::usage);
    EXPECT_THAT(policy.error().message, HasSubstr(fmt::format("policy '{}'", text)));
    EXPECT_FALSE(policy.error().hint.empty());
  }
}

TEST(FixedPolicy, WaitsUntilFullForAsLongAsItTakes) {
  expect_wait(decided("16", 0), 16);
  expect_wait(decided("16", 15, 60'000), 16);
  EXPECT_EQ(decided("16", 16).take, 16);
  EXPECT_EQ(decided("16", 40).take, 16);
}

TEST(FixedPolicy, ServesTheLastPartialBatchOnceNothingComes) {
  EXPECT_EQ(decided("16", 3, 0, true).take, 3);
  EXPECT_EQ(decided("16", 19, 0, true).take, 16);
  EXPECT_EQ(decided("16", 0, 0, true).take, 0);
}

TEST(TimeoutPolicy, CountsFromTheOldestRequest) {
  expect_wait(decided("16@50ms", 0), 1);
  expect_wait(decided("16@50ms", 3, 20), 16, 30);
  EXPECT_EQ(decided("16@50ms", 3, 50).take, 3);
  EXPECT_EQ(decided("16@50ms", 3, 70).take, 3);
  EXPECT_EQ(decided("16@50ms", 20, 70).take, 16);
  EXPECT_EQ(decided("16@50ms", 16, 0).take, 16);
  EXPECT_EQ(decided("16@50ms", 3, 0, true).take, 3);
}

TEST(GreedyPolicy, NeverWaitsWhenSomethingWaits) {
  expect_wait(decided("greedy", 0), 1);
  EXPECT_EQ(decided("greedy", 1).take, 1);
  EXPECT_EQ(decided("greedy", 100).take, 100);
  EXPECT_EQ(decided("greedy", 200).take, 128);
  EXPECT_EQ(decided("greedy:64", 200).take, 64);
}

// The expected values follow Triton's documentation (docs/user_guide/batcher.md) and its GetDynamicBatch().
TEST(DynamicPolicy, TakesTheLargestPreferredSizeAtOnce) {
  EXPECT_EQ(decided("dynamic:4+8@5ms", 4).take, 4);
  EXPECT_EQ(decided("dynamic:4+8@5ms", 7).take, 4);
  EXPECT_EQ(decided("dynamic:4+8@5ms", 8).take, 8);
  EXPECT_EQ(decided("dynamic:4+8:32@5ms", 40).take, 8);
}

TEST(DynamicPolicy, WaitsForAPreferredSizeUntilTheDelayIsOver) {
  expect_wait(decided("dynamic:4+8@5ms", 0), 1);
  expect_wait(decided("dynamic:4+8@5ms", 3, 2), 4, 3);
  EXPECT_EQ(decided("dynamic:4+8@5ms", 3, 5).take, 3);
  EXPECT_EQ(decided("dynamic:4+8@5ms", 3, 2, true).take, 3);
}

TEST(DynamicPolicy, TakesAllItMayOnceTheDelayIsOver) {
  EXPECT_EQ(decided("dynamic:4+8@5ms", 7, 5).take, 7);
  EXPECT_EQ(decided("dynamic:4+8:32@5ms", 20, 5).take, 20);
  EXPECT_EQ(decided("dynamic:4+8:32@5ms", 40, 5).take, 32);
}

TEST(DynamicPolicy, WithoutADelayTakesWhatThereIs) {
  EXPECT_EQ(decided("dynamic:4+8", 3).take, 3);
  EXPECT_EQ(decided("dynamic:4+8", 7, 1000).take, 4);
  EXPECT_EQ(decided("dynamic:4+8:32", 40, 1000).take, 8);
}

TEST(Policies, NeverTakeMoreThanWaitsOrThanTheyMayAndAlwaysEnd) {
  for (const std::string_view text :
       {"1", "16", "16@5ms", "greedy:3", "dynamic:4+8@5ms", "dynamic:2+3:9", "dynamic:5"}) {
    const Policy policy = parse_policy(text).value();
    for (std::int64_t waiting = 0; waiting <= 40; ++waiting) {
      for (const std::int64_t waited : {0, 4, 5, 6}) {
        const Decision decision = decided(text, waiting, waited);
        ASSERT_LE(decision.take, std::min(waiting, policy.most)) << text;
        ASSERT_TRUE(decision.take > 0 || decision.wait_for > waiting) << text;
        const Decision last = decided(text, waiting, waited, true);
        ASSERT_EQ(last.take > 0, waiting > 0) << text;
        ASSERT_LE(last.take, std::min(waiting, policy.most)) << text;
        ASSERT_GT(decision.until_ns.value_or(INT64_MAX), 1'000'000'000'000) << text;
      }
    }
  }
}

TEST(CheckServed, AClosedLoopOfFewerClientsNeverFillsAFixedBatch) {
  const auto check = [](std::string_view policy, std::string_view arrivals) {
    return check_served(parse_policy(policy).value(), parse_arrivals(arrivals).value());
  };
  const auto starved = check("16", "closed:8");
  ASSERT_FALSE(starved);
  EXPECT_THAT(starved.error().message, HasSubstr("a batch of 16 never fills"));
  EXPECT_TRUE(check("16", "closed:16"));
  EXPECT_TRUE(check("16@50ms", "closed:8"));
  EXPECT_TRUE(check("greedy", "closed:8"));
  EXPECT_TRUE(check("dynamic:16@5ms", "closed:8"));
  EXPECT_TRUE(check("16", "poisson:8"));
}

}  // namespace
}  // namespace wattlens::serving
