#include "optimisation/limit.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace wattlens::optimisation {
namespace {

using record::Limit;
using record::Limited;
using record::Trial;

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

Trial with_latency(double low, double value, double high) {
  Trial trial;
  trial.latency = {{value}, {low}, {high}};
  return trial;
}

TEST(Limit, EveryQuantityIsReadInItsUnit) {
  const auto read = [](std::string_view text) { return parse_limit(text).value(); };
  EXPECT_EQ(read("latency<10ms").quantity, Limited::latency);
  EXPECT_DOUBLE_EQ(read("latency<10ms").bound, 0.01);
  EXPECT_DOUBLE_EQ(read(" p99 < 2s ").bound, 2.0);
  EXPECT_EQ(read(" p99 < 2s ").text, "p99<2s");
  EXPECT_DOUBLE_EQ(read("throughput>100").bound, 100.0);
  EXPECT_DOUBLE_EQ(read("memory<2GiB").bound, 2147483648.0);
  EXPECT_DOUBLE_EQ(read("memory<500MB").bound, 5e8);
  EXPECT_DOUBLE_EQ(read("accuracy>99%").bound, 0.99);
}

TEST(Limit, WhatCannotBeReadIsQuotedWithTheForms) {
  for (const char* text : {"", "latency", "latency<", "latency>10ms", "latency<10kg", "latency<0ms", "latency<-1ms",
                           "throughput<5", "throughput>nan", "memory<2", "accuracy>101%", "speed>5", "<5"}) {
    const auto found = parse_limit(text);
    ASSERT_FALSE(found) << text;
    EXPECT_EQ(found.error().kind, ErrorKind::usage);
    EXPECT_NE(found.error().message.find(std::string("'") + text + "'"), std::string::npos) << found.error().message;
    EXPECT_NE(found.error().hint.find("latency<10ms"), std::string::npos);
  }
  const std::vector<std::string> twice = {"latency<10ms", "latency<20ms"};
  EXPECT_FALSE(parse_limits(twice));
}

TEST(Limit, AnIntervalKeepsItBreaksItOrHoldsBothSides) {
  const Limit limit = parse_limit("latency<10ms").value();
  EXPECT_EQ(standing(limit, with_latency(0.007, 0.008, 0.009)), Standing::holds);
  EXPECT_EQ(standing(limit, with_latency(0.008, 0.009, 0.0101)), Standing::open);
  EXPECT_EQ(standing(limit, with_latency(0.0101, 0.011, 0.012)), Standing::breaks);
  EXPECT_EQ(standing(limit, with_latency(kNone, 0.008, kNone)), Standing::open);
  EXPECT_EQ(standing(limit, Trial{}), Standing::unknown);
  EXPECT_NEAR(excess(limit, with_latency(0.009, 0.010, 0.012)), 0.2, 1e-12);
  EXPECT_EQ(excess(limit, Trial{}), std::numeric_limits<double>::infinity());
}

TEST(Limit, ThroughputIsKeptByTheLowEnd) {
  const Limit limit = parse_limit("throughput>100").value();
  Trial trial;
  trial.throughput = {110.0, 105.0, 115.0};
  EXPECT_EQ(standing(limit, trial), Standing::holds);
  trial.throughput = {104.0, 99.0, 109.0};
  EXPECT_EQ(standing(limit, trial), Standing::open);
  trial.throughput = {90.0, 85.0, 95.0};
  EXPECT_EQ(standing(limit, trial), Standing::breaks);
  EXPECT_NEAR(excess(limit, trial), 100.0 / 85.0 - 1.0, 1e-12);
}

TEST(Limit, AccuracyIsKeptByTheShareAndMemoryByThePeak) {
  const std::vector<std::string> texts = {"accuracy>99%", "memory<1GiB"};
  const auto limits = parse_limits(texts).value();
  Trial trial;
  trial.memory = base::mebibytes(512);
  trial.agreement = record::Agreement{.images = 64, .same = 64, .share = {1.0, 0.943, 1.0}};
  EXPECT_EQ(standing(limits, trial), Standing::holds);
  trial.agreement->share = {0.98, 0.9, 1.0};
  EXPECT_EQ(standing(limits, trial), Standing::breaks);
  trial.agreement.reset();
  EXPECT_EQ(standing(limits, trial), Standing::unknown);
  trial.memory = base::mebibytes(1025);
  EXPECT_EQ(standing(limits, trial), Standing::breaks);
}

}  // namespace
}  // namespace wattlens::optimisation
