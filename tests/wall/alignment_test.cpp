#include "wall/alignment.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fake/simulated_supply.h"

namespace wattlens::wall {
namespace {

using testing::HasSubstr;

TEST(Alignment, FindsTheShiftToAFractionOfAReading) {
  const fake::SimulatedSupply supply;
  const auto records = fake::simulate(supply, 1);
  const auto found = align(records.components, records.meter);
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_NEAR(found->shift.value.value, fake::true_shift(records, supply), 0.05);
  EXPECT_GT(found->correlation, 0.99);
  EXPECT_NEAR(static_cast<double>(found->readings), 599.0, 2.0);
}

TEST(Alignment, AMeterThatCoversAPartIsAligned) {
  fake::SimulatedSupply supply;
  auto records = fake::simulate(supply, 2);
  auto& readings = records.meter.readings;
  const base::Seconds first = readings[300].time;
  readings.erase(readings.begin(), readings.begin() + 300);
  for (MeterReading& reading : readings) reading.time = reading.time - first;
  const auto found = align(records.components, records.meter);
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_NEAR(found->shift.value.value, fake::true_shift(records, supply) - first.value, 0.1);
}

TEST(Alignment, FlatPowerIsRefused) {
  fake::SimulatedSupply supply;
  supply.highest_w = supply.lowest_w + 0.2;
  const auto records = fake::simulate(supply, 3);
  const auto found = align(records.components, records.meter);
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().kind, ErrorKind::not_measurable);
  EXPECT_THAT(found.error().message, HasSubstr("nothing in common"));
}

TEST(Alignment, ARecordOfAnotherTimeIsRefused) {
  const fake::SimulatedSupply supply;
  auto records = fake::simulate(supply, 4);
  records.meter = fake::simulate(supply, 5).meter;
  EXPECT_FALSE(align(records.components, records.meter));
}

TEST(Alignment, ALoadThatRepeatsIsAmbiguousAndBothShiftsAreNamed) {
  fake::SimulatedSupply supply;
  supply.periodic = true;
  const auto records = fake::simulate(supply, 6);
  const auto found = align(records.components, records.meter);
  ASSERT_FALSE(found);
  EXPECT_THAT(found.error().message, HasSubstr("fits as well as"));
}

TEST(Alignment, TooShortAnOverlapAndTooCoarseAMeterAreRefused) {
  fake::SimulatedSupply supply;
  supply.length_s = 12.0;
  auto records = fake::simulate(supply, 7);
  auto found = align(records.components, records.meter);
  ASSERT_FALSE(found);
  EXPECT_THAT(found.error().message, HasSubstr("at no shift do 20 readings"));
  supply.length_s = 600.0;
  supply.step_s = 60.0;
  records = fake::simulate(supply, 8);
  found = align(records.components, records.meter);
  ASSERT_FALSE(found);
  EXPECT_THAT(found.error().message, HasSubstr("one every 60 s"));
}

TEST(Alignment, ConstantReadingsAreRefused) {
  auto records = fake::simulate({}, 9);
  for (MeterReading& reading : records.meter.readings) reading.power = {100.0};
  EXPECT_FALSE(align(records.components, records.meter));
}

}  // namespace
}  // namespace wattlens::wall
