#include "meter/counter.h"

#include <gtest/gtest.h>

namespace wattlens::meter {
namespace {

using base::MonoTime;

constexpr std::int64_t kRange = 262'143'328'850;  // 262 kJ, as Intel's servers show it
constexpr base::Watts kBound{500.0};

MonoTime at(double seconds) { return {static_cast<std::int64_t>(seconds * 1e9)}; }

Counter make_counter() { return {kBound, kRange}; }

TEST(Counter, CountsFromItsFirstReading) {
  Counter counter = make_counter();
  EXPECT_EQ(counter.accept(5'000'000, at(0)), 0);
  EXPECT_EQ(counter.accept(6'000'000, at(0.01)), 1'000'000);
}

TEST(Counter, AWrapIsCorrectedOnce) {
  Counter counter = make_counter();
  counter.accept(kRange - 1'000'000, at(0));
  EXPECT_EQ(counter.accept(500'000, at(0.01)), 1'500'000);
  EXPECT_EQ(counter.accept(600'000, at(0.02)), 1'600'000);
}

TEST(Counter, ATransientZeroIsNoWrapAndCostsNothing) {
  Counter counter = make_counter();
  counter.accept(90'000'000'000, at(0));
  EXPECT_FALSE(counter.accept(0, at(0.01)).has_value());
  EXPECT_EQ(counter.accept(90'002'000'000, at(0.02)), 2'000'000);
}

TEST(Counter, ATransientHighReadingCostsNothing) {
  Counter counter = make_counter();
  counter.accept(1'000'000, at(0));
  EXPECT_FALSE(counter.accept(200'000'000'000, at(0.01)).has_value());
  EXPECT_EQ(counter.accept(2'000'000, at(0.02)), 1'000'000);
}

TEST(Counter, AResetGoesOnWithAStepDownAfterThreeAgreeingReadings) {
  Counter counter = make_counter();
  counter.accept(90'000'000'000, at(0));
  EXPECT_EQ(counter.accept(90'001'000'000, at(0.01)), 1'000'000);
  EXPECT_FALSE(counter.accept(100, at(0.02)).has_value());
  EXPECT_FALSE(counter.accept(1'000'100, at(0.03)).has_value());
  EXPECT_EQ(counter.accept(2'000'100, at(0.04)), 999'999);
  EXPECT_EQ(counter.accept(3'000'100, at(0.05)), 1'999'999);
}

TEST(Counter, ALongRowOfZerosIsNoReset) {
  Counter counter = make_counter();
  counter.accept(90'000'000'000, at(0));
  for (int i = 1; i < 20; ++i) EXPECT_FALSE(counter.accept(0, at(i * 0.01)).has_value());
  EXPECT_EQ(counter.accept(90'020'000'000, at(0.2)), 20'000'000);
}

TEST(Counter, NothingIsBelievedWhereItMayHaveGoneRoundUnseen) {
  Counter counter = make_counter();
  counter.accept(1'000'000, at(0));
  // At 500 W the range is full after 524 s: 600 s without a reading may hide a round.
  EXPECT_FALSE(counter.accept(2'000'000, at(600)).has_value());
}

TEST(Counter, ACounterThatStoodStillForLongMayMoveAgain) {
  Counter counter = make_counter();
  counter.accept(1'000'000, at(0));
  for (int second = 1; second <= 700; ++second) counter.accept(1'000'000, at(second));
  EXPECT_EQ(counter.accept(2'000'000, at(701)), 1'000'000);
}

TEST(Counter, AStepOfAWholeSecondIsBelieved) {
  Counter counter = make_counter();
  counter.accept(1'000'000, at(0));
  for (int i = 1; i < 100; ++i) EXPECT_EQ(counter.accept(1'000'000, at(i * 0.01)), 0);
  EXPECT_EQ(counter.accept(401'000'000, at(1.0)), 400'000'000);
}

TEST(Counter, WithoutARangeADecreaseIsNeverAWrap) {
  Counter counter(kBound, std::nullopt);
  counter.accept(kRange - 1000, at(0));
  EXPECT_FALSE(counter.accept(1000, at(0.01)).has_value());
}

TEST(Counter, ANegativeReadingIsBad) {
  Counter counter = make_counter();
  EXPECT_FALSE(counter.accept(-1, at(0)).has_value());
  EXPECT_EQ(counter.accept(10, at(0.01)), 0);
}

TEST(Counter, AReadingAboveTheRangeIsNoReasonForANegativeStep) {
  Counter counter(kBound, 1'000'000'000);
  counter.accept(2'000'000'000, at(0));
  EXPECT_FALSE(counter.accept(5, at(0.01)).has_value());
}

}  // namespace
}  // namespace wattlens::meter
