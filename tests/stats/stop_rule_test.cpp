#include "stats/stop_rule.h"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

namespace wattlens::stats {
namespace {

using Values = std::vector<double>;

// `count` values around 100 that alternate by `amplitude`: mean 100 for an even count.
Values alternating(std::size_t count, double amplitude) {
  Values values;
  for (std::size_t i = 0; i < count; ++i) values.push_back(100.0 + (i % 2 == 0 ? amplitude : -amplitude));
  return values;
}

std::optional<StopReason> reason(const StopRule& rule, const Values& values, base::Seconds spent = {}) {
  const auto decision = decide(rule, values, spent);
  EXPECT_TRUE(decision);
  return decision ? decision->reason : std::nullopt;
}

TEST(StopRule, NothingMeasuredGoesOnWithoutAWidth) {
  const auto none = decide({}, {}, {});
  ASSERT_TRUE(none);
  EXPECT_FALSE(none->reason);
  EXPECT_FALSE(none->relative_half_width);
  EXPECT_EQ(reason({}, {5.0}), std::nullopt);
}

TEST(StopRule, EqualValuesStopAtTheMinimumAndNotBefore) {
  EXPECT_EQ(reason({}, Values(7, 5.0)), std::nullopt);
  EXPECT_EQ(reason({}, Values(8, 5.0)), StopReason::width);
  EXPECT_EQ(reason(quick_stop_rule(), Values(4, 5.0)), std::nullopt);
  EXPECT_EQ(reason(quick_stop_rule(), Values(5, 5.0)), StopReason::width);
}

TEST(StopRule, ValuesThatAreNotFiniteAreAnError) {
  EXPECT_FALSE(decide({}, Values{1.0, std::numeric_limits<double>::quiet_NaN()}, {}));
}

TEST(StopRule, NegativeValuesHaveAWidthAndAMeanOfZeroRunsToTheLimit) {
  EXPECT_EQ(reason({}, Values{-10.0, -10.1, -9.9, -10.0, -10.1, -9.9, -10.0, -10.0}), StopReason::width);
  EXPECT_EQ(reason({.maximum_count = 10}, Values{1, -1, 1, -1, 1, -1, 1, -1}), std::nullopt);
  EXPECT_EQ(reason({.maximum_count = 8}, Values{1, -1, 1, -1, 1, -1, 1, -1}), StopReason::limit);
}

TEST(StopRule, RulesThatContradictThemselvesAreUsageErrors) {
  for (const StopRule& bad : {StopRule{.target_relative_half_width = 0.0}, StopRule{.minimum_count = 1},
                              StopRule{.minimum_count = 9, .maximum_count = 8}, StopRule{.confidence = 1.0},
                              StopRule{.settled_count = 1}, StopRule{.settled_spread = -0.1}}) {
    const auto decision = decide(bad, Values(8, 1.0), {});
    ASSERT_FALSE(decision);
    EXPECT_EQ(decision.error().kind, ErrorKind::usage);
  }
}

TEST(StopRule, TheWidthIsThatOfTheTInterval) {
  // n = 8: sd = amplitude * sqrt(8 / 7), t(0.975, 7) = 2.3646; half width = 0.89375 * amplitude.
  const auto decision = decide({}, alternating(8, 2.0), {});
  ASSERT_TRUE(decision && decision->relative_half_width);
  EXPECT_NEAR(*decision->relative_half_width, 0.0178750, 1e-6);
  EXPECT_EQ(decision->reason, StopReason::width);
  EXPECT_EQ(reason({}, alternating(8, 2.23)), StopReason::width);
  EXPECT_EQ(reason({}, alternating(8, 2.25)), std::nullopt);
}

TEST(StopRule, AWiderTargetStopsEarlier) {
  EXPECT_EQ(reason({.target_relative_half_width = 0.05}, alternating(8, 5.0)), StopReason::width);
  EXPECT_EQ(reason({.target_relative_half_width = 0.04}, alternating(8, 5.0)), std::nullopt);
}

TEST(StopRule, SteadyScatterThatCannotReachTheTargetStops) {
  // At n = 40 the half width is 0.324 x amplitude: 6 can still reach 2 %, 7 cannot.
  EXPECT_EQ(reason({}, alternating(24, 6.0)), std::nullopt);
  EXPECT_EQ(reason({}, alternating(24, 7.0)), StopReason::noise_settled);
  // Not before the scatter was watched over settled_count repetitions.
  EXPECT_EQ(reason({}, alternating(8, 7.0)), std::nullopt);
}

TEST(StopRule, ScatterThatStillMovesGoesOn) {
  Values values = alternating(23, 20.0);
  values.push_back(400.0);
  EXPECT_EQ(reason({}, values), std::nullopt);
}

TEST(StopRule, TheMostRepetitionsAreTheLimit) {
  Values values = alternating(39, 20.0);
  values.push_back(1000.0);
  EXPECT_EQ(reason({}, values), StopReason::limit);
}

TEST(StopRule, TimeStopsEvenBeforeTheMinimum) {
  const StopRule limited{.time_limit = base::seconds(10.0)};
  EXPECT_EQ(reason(limited, alternating(3, 1.0), base::seconds(9.9)), std::nullopt);
  EXPECT_EQ(reason(limited, alternating(3, 1.0), base::seconds(10.0)), StopReason::limit);
  const StopRule budgeted{.budget = base::seconds(4.0)};
  EXPECT_EQ(reason(budgeted, {}, base::seconds(4.0)), StopReason::budget);
  EXPECT_EQ(reason(budgeted, {}, base::seconds(3.9)), std::nullopt);
}

TEST(StopRule, AReachedWidthIsNamedBeforeASpentBudget) {
  EXPECT_EQ(reason({.budget = base::seconds(4.0)}, Values(8, 5.0), base::seconds(5.0)), StopReason::width);
}

TEST(StopRule, ReasonsAndExplanationsAreWords) {
  EXPECT_EQ(to_string(StopReason::width), "width");
  EXPECT_EQ(to_string(StopReason::noise_settled), "noise settled");
  EXPECT_EQ(to_string(StopReason::limit), "limit");
  EXPECT_EQ(to_string(StopReason::budget), "budget");
  EXPECT_EQ(decide({}, alternating(8, 2.0), {})->explanation, "±1.8 % after 8 repetitions, as wanted");
  EXPECT_EQ(decide({.budget = base::seconds(1.0)}, {}, base::seconds(2.0))->explanation,
            "no interval after 0 repetitions: the time budget is used up");
}

}  // namespace
}  // namespace wattlens::stats
