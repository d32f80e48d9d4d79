#include "meter/cross_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <vector>

namespace wattlens::meter {
namespace {

using base::Joules;
using testing::HasSubstr;

// A board with a counter and a power reading, each with its energy ± half its relative interval.
struct Pair {
  std::vector<record::Channel> channels{2};
  record::Window window;

  Pair(double counter, double counter_half, double power, double power_half) {
    channels[0].id = "gpu.0";
    channels[1].id = "gpu.0.power";
    channels[1].checks = "gpu.0";
    channels[1].method = "nvml power";
    add("gpu.0", counter, counter_half);
    add("gpu.0.power", power, power_half);
  }
  void add(const char* id, double value, double half) {
    record::ChannelEnergy& energy = window.channels.emplace_back();
    energy.channel = id;
    energy.gross.value = Joules{value};
    energy.gross.relative = record::Interval<Joules>{{value - half}, {value + half}};
  }
  std::vector<record::Warning> check() const { return cross_check(channels, window); }
};

TEST(CrossCheck, WithoutASecondReadingThereIsNoCheck) {
  EXPECT_TRUE(cross_check({}, {}).empty());
  Pair pair(70, 1, 100, 1);
  pair.channels[1].checks.clear();
  EXPECT_TRUE(pair.check().empty());
}

TEST(CrossCheck, AnEnergyThatIsMissingChecksNothing) {
  for (const std::size_t one : {0U, 1U}) {
    Pair pair(70, 1, 100, 1);
    pair.window.channels[one].gross.value.reset();
    EXPECT_TRUE(pair.check().empty()) << one;
  }
  Pair pair(70, 1, 100, 1);
  pair.window.channels.pop_back();
  EXPECT_TRUE(pair.check().empty());
}

TEST(CrossCheck, ADifferenceBeyondBothIntervalsIsAWarningWithBothEnergies) {
  for (const auto& [counter, power] : {std::pair(70.0, 100.0), std::pair(100.0, 70.0)}) {
    const auto warnings = Pair(counter, 10, power, 15).check();
    ASSERT_EQ(warnings.size(), 1U);
    EXPECT_EQ(warnings[0].code, "counter_disagrees");
    EXPECT_EQ(warnings[0].channel, "gpu.0");
    EXPECT_THAT(warnings[0].message, HasSubstr("70 ±"));
    EXPECT_THAT(warnings[0].message, HasSubstr("100 ±"));
    EXPECT_FALSE(warnings[0].hint.empty());
  }
}

TEST(CrossCheck, IntervalsThatMeetDoNotDisagree) { EXPECT_TRUE(Pair(70, 15, 100, 15).check().empty()); }

TEST(CrossCheck, ADifferenceThatChangesNoDecisionIsNotTold) {
  EXPECT_TRUE(Pair(100, 0.1, 101.9, 0.1).check().empty());
  EXPECT_EQ(Pair(100, 0.1, 102.1, 0.1).check().size(), 1U);
}

TEST(CrossCheck, ABoardThatUsedNothingByItsCounterIsToldOf) { EXPECT_EQ(Pair(0, 0.1, 50, 1).check().size(), 1U); }

}  // namespace
}  // namespace wattlens::meter
