#include "experiment/residents.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "experiment/plan.h"
#include "fake/fake_workload.h"

namespace wattlens::experiment {
namespace {

using ::testing::HasSubstr;

class ResidentsTest : public ::testing::Test {
 protected:
  std::vector<record::PlanPoint> points() {
    Axes axes;
    axes.models = {"a", "b", "c"};
    return plan_points(axes);
  }
  WorkloadFactory factory(const fake::FakeWorkloadOptions& options) {
    return [this, options](const record::PlanPoint&) {
      ++made_;
      return std::make_unique<fake::FakeWorkload>(clock_, cancel_, options);
    };
  }

  base::SystemClock clock_;
  base::Cancellation cancel_;
  int made_ = 0;
  record::OutputCheck check_;
};

TEST_F(ResidentsTest, AModelIsPreparedOnceAndItsCheckIsKept) {
  Residents residents(factory({}), base::mebibytes(100));
  ASSERT_TRUE(residents.acquire(points()[0], check_));
  check_ = {};
  ASSERT_TRUE(residents.acquire(points()[0], check_));
  EXPECT_EQ(made_, 1);
  EXPECT_EQ(check_.status, record::CheckStatus::passed);
}

TEST_F(ResidentsTest, TheOneUsedLongestAgoMakesRoom) {
  Residents residents(factory({.memory = base::mebibytes(40)}), base::mebibytes(100));
  ASSERT_TRUE(residents.acquire(points()[0], check_));
  ASSERT_TRUE(residents.acquire(points()[1], check_));
  ASSERT_TRUE(residents.acquire(points()[0], check_));
  ASSERT_TRUE(residents.acquire(points()[2], check_));
  EXPECT_EQ(residents.size(), 2U);
  ASSERT_TRUE(residents.acquire(points()[0], check_));
  EXPECT_EQ(made_, 3);
  ASSERT_TRUE(residents.acquire(points()[1], check_));
  EXPECT_EQ(made_, 4);
}

TEST_F(ResidentsTest, TheOneInUseStaysEvenWhenItIsTooLarge) {
  Residents residents(factory({.memory = base::mebibytes(400)}), base::mebibytes(100));
  ASSERT_TRUE(residents.acquire(points()[0], check_));
  EXPECT_EQ(residents.size(), 1U);
}

TEST_F(ResidentsTest, AWrongOutputIsAnErrorWithItsNumbers) {
  Residents residents(factory({.check = record::CheckStatus::failed}), base::mebibytes(100));
  const auto resident = residents.acquire(points()[0], check_);
  ASSERT_FALSE(resident);
  EXPECT_EQ(resident.error().kind, ErrorKind::run_failed);
  EXPECT_THAT(resident.error().message, HasSubstr("0.5"));
  EXPECT_EQ(check_.status, record::CheckStatus::failed);
  EXPECT_EQ(residents.size(), 0U);
}

TEST_F(ResidentsTest, WhatCannotBePreparedIsNotKept) {
  Residents residents(factory({.prepare_error = Error{ErrorKind::run_failed, "out of memory", ""}}),
                      base::mebibytes(100));
  EXPECT_EQ(residents.acquire(points()[0], check_).error().message, "out of memory");
  EXPECT_EQ(residents.size(), 0U);
}

TEST_F(ResidentsTest, ADroppedOneIsMadeAgain) {
  Residents residents(factory({}), base::mebibytes(100));
  ASSERT_TRUE(residents.acquire(points()[0], check_));
  residents.drop(points()[0]);
  ASSERT_TRUE(residents.acquire(points()[0], check_));
  EXPECT_EQ(made_, 2);
}

}  // namespace
}  // namespace wattlens::experiment
