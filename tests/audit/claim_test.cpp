#include "audit/claim.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "audit/text_log.h"

namespace wattlens::audit {
namespace {

using ::testing::HasSubstr;

// 1000 s at 200 W, read every 0.7 s.
const Evidence kEvidence{base::Joules{200e3}, base::Watts{200.0 * 1429}, base::Seconds{1000.0}, base::Watts{250.0},
                         base::Watts{300.0}};

std::string_view nearest(double joules) {
  const auto faults = explain(base::Joules{joules}, kEvidence);
  return faults.empty() ? "" : faults.front()->words;
}

TEST(Claim, EachKnownFaultIsNamed) {
  for (const KnownFault& fault : known_faults()) {
    const auto made = fault.makes(kEvidence);
    ASSERT_TRUE(made);
    EXPECT_EQ(nearest(made->value), fault.words);
  }
}

TEST(Claim, WhatNoFaultMakesHasNoName) {
  EXPECT_EQ(nearest(200e3 * 1.3), "");
  EXPECT_EQ(nearest(0.0), "");
  EXPECT_EQ(nearest(-5.0), "");
}

TEST(Claim, AClaimThatHoldsIsNoFinding) {
  const std::string text = power_csv(1001, 1.0, [](double) { return 200.0; });
  const FileReport report = report_of(text, {.claimed = base::Joules{201e3}});
  EXPECT_EQ(report.changes.back().why, "it holds");
  EXPECT_FALSE(find(report, "claim"));
}

TEST(Claim, AFaultyClaimIsNamed) {
  const std::string text = power_csv(2001, 0.5, [](double time) { return 200.0 + (time > 500.0 ? 50.0 : 0.0); });
  const double sum = 2001 * 225.0;
  const FileReport report = report_of(text, {.claimed = base::Joules{sum * 1000.0}});
  ASSERT_TRUE(find(report, "sum_times_duration"));
  EXPECT_THAT(find(report, "sum_times_duration")->changes, HasSubstr("sum of all readings"));
  EXPECT_TRUE(find(report_of(text, {.claimed = base::Joules{3e5}}), "claim"));
}

TEST(Claim, AnEnergyNeedsItsUnit) {
  EXPECT_DOUBLE_EQ(parse_energy("1.1 GJ", "--claimed")->value, 1.1e9);
  EXPECT_DOUBLE_EQ(parse_energy("0.3kWh", "--claimed")->value, 1.08e6);
  for (const char* text : {"", "5", "5 W", "-3 J", "much"}) EXPECT_FALSE(parse_energy(text, "--claimed")) << text;
}

}  // namespace
}  // namespace wattlens::audit
