#include "experiment/output_checks.h"

#include <gtest/gtest.h>

#include "experiment/plan.h"
#include "fake/fake_workload.h"

namespace wattlens::experiment {
namespace {

class OutputChecksTest : public ::testing::Test {
 protected:
  std::vector<record::CheckedPoint> run(const ProgressSink& progress = {}) {
    Axes axes;
    axes.models = {"a", "b", "c"};
    const auto make = [this](const record::PlanPoint& point) {
      return std::make_unique<fake::FakeWorkload>(clock_, cancel_, special_[point.model]);
    };
    return check_outputs(plan_points(axes), make, cancel_, progress);
  }

  base::SystemClock clock_;
  base::Cancellation cancel_;
  std::map<std::string, fake::FakeWorkloadOptions> special_;
};

TEST_F(OutputChecksTest, EveryPointIsCheckedAndAFailureIsAResult) {
  special_["b"].check = record::CheckStatus::failed;
  const auto checked = run();
  ASSERT_EQ(checked.size(), 3U);
  EXPECT_EQ(checked[0].check.status, record::CheckStatus::passed);
  EXPECT_EQ(checked[0].workload.engine_version, "fake 1");
  EXPECT_EQ(checked[1].check.status, record::CheckStatus::failed);
  EXPECT_EQ(checked[1].check.error, 0.5);
  EXPECT_EQ(checked[2].check.status, record::CheckStatus::passed);
}

TEST_F(OutputChecksTest, WhatCannotBePreparedDoesNotStopTheOthers) {
  special_["a"].prepare_error = Error{ErrorKind::run_failed, "out of memory", "use a smaller batch"};
  const auto checked = run();
  ASSERT_EQ(checked.size(), 3U);
  ASSERT_TRUE(checked[0].failure);
  EXPECT_EQ(checked[0].failure->message, "out of memory");
  EXPECT_EQ(checked[0].check.status, record::CheckStatus::not_run);
  EXPECT_FALSE(checked[1].failure);
}

TEST_F(OutputChecksTest, AnInterruptionKeepsWhatWasChecked) {
  const auto checked = run([&](const Progress& progress) {
    if (progress.prepared == 1) cancel_.request();
  });
  EXPECT_EQ(checked.size(), 2U);
}

}  // namespace
}  // namespace wattlens::experiment
