#include "wall/meter_trace.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fake/temp_tree.h"

namespace wattlens::wall {
namespace {

using testing::HasSubstr;

class MeterFile : public testing::Test {
 protected:
  Result<MeterTrace> read(const std::string& text, const MeterOptions& options = {}) {
    tree_.write("meter.csv", text);
    return read_meter(tree_ / "meter.csv", options);
  }
  static std::string rows(int count, const std::string& more = "") {
    std::string text = "time,power\n";
    for (int i = 0; i < count; ++i) text += fmt::format("2026-11-21 10:{:02}:{:02},{}\n", i / 60, i % 60, 100 + i % 7);
    return text + more;
  }
  std::string message(const std::string& text, const MeterOptions& options = {}) {
    const auto trace = read(text, options);
    return trace ? "" : trace.error().message;
  }

  fake::TempTree tree_;
};

TEST_F(MeterFile, IsReadWithItsDatesAndItsStep) {
  const auto trace = read(rows(30));
  ASSERT_TRUE(trace) << trace.error().message;
  EXPECT_EQ(trace->readings.size(), 30U);
  EXPECT_DOUBLE_EQ(trace->step.value, 1.0);
  EXPECT_TRUE(trace->since_1970);
  EXPECT_DOUBLE_EQ(trace->readings[3].power.value, 103.0);
  EXPECT_TRUE(trace->warnings.empty());
}

TEST_F(MeterFile, DecimalCommasAndTheMetersUnitsAreUnderstood) {
  std::string text = "t (s);P (kW)\n";
  for (int i = 0; i < 30; ++i) text += fmt::format("{};0,1{}\n", i, i % 10);
  const auto trace = read(text, {.columns = {.time = "t (s)", .power = "P (kW)"}});
  ASSERT_TRUE(trace) << trace.error().message;
  EXPECT_NEAR(trace->readings[5].power.value, 150.0, 1e-9);
  EXPECT_FALSE(trace->since_1970);
}

TEST_F(MeterFile, AUnitThatIsNamedWinsOverTheHeading) {
  const auto trace = read(rows(30), {.unit = "mW"});
  ASSERT_TRUE(trace);
  EXPECT_NEAR(trace->readings[0].power.value, 0.1, 1e-12);
  EXPECT_THAT(message(rows(30), {.unit = "J"}), HasSubstr("is no unit of power"));
}

TEST_F(MeterFile, TimesThatGoBackAreRefusedWithTheirLine) {
  EXPECT_THAT(message(rows(30, "2026-11-21 09:00:00,100\n")), HasSubstr("meter.csv:32: the time goes back by"));
}

TEST_F(MeterFile, WhatIsNoMeterIsRefused) {
  EXPECT_THAT(message(""), HasSubstr("meter.csv"));
  EXPECT_THAT(message(rows(5)), HasSubstr("has 5 readings"));
  EXPECT_THAT(message(rows(30, "2026-11-21 10:10:00,-3\n")), HasSubstr("negative"));
  EXPECT_FALSE(read_meter(tree_ / "absent.csv", {}));
  std::string two = "time,power_a,power_b\n";
  for (int i = 0; i < 30; ++i) two += fmt::format("{},1,2\n", i);
  EXPECT_THAT(message(two), HasSubstr("several powers: power_a, power_b"));
}

TEST_F(MeterFile, GapsEqualTimesAndBadRowsAreWarnings) {
  const auto trace = read(rows(30,
                               "2026-11-21 10:00:29,100\n2026-11-21 10:05:00,100\n2026-11-21 10:05:01,abc\n"
                               "2026-11-21 10:05:02,100\n"));
  ASSERT_TRUE(trace) << trace.error().message;
  std::vector<std::string> codes;
  for (const record::Warning& warning : trace->warnings) codes.push_back(warning.code);
  EXPECT_THAT(codes, testing::IsSupersetOf({"bad_rows", "duplicate_times", "gaps"}));
}

}  // namespace
}  // namespace wattlens::wall
