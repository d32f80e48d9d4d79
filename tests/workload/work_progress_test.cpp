#include "workload/work_progress.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <vector>

namespace wattlens::workload {
namespace {

using base::MonoTime;

constexpr std::int64_t kStart = 1'000'000'000;
constexpr std::int64_t kMs = 1'000'000;

MonoTime at(double ms) { return {kStart + static_cast<std::int64_t>(ms * kMs)}; }

// Batches of 4 images; a worker's stamps appear one by one.
class WorkProgresses : public testing::Test {
 protected:
  void complete(double ms) { stamps_[next_++] = at(ms).ns; }
  void begin(double ms) {
    next_ = 0;
    progress_.begin(stamps_, 4, at(ms));
  }

  std::vector<std::int64_t> stamps_ = std::vector<std::int64_t>(8);
  std::size_t next_ = 0;
  WorkProgress progress_;
};

TEST_F(WorkProgresses, WithoutAnyRunThereIsNoWork) { EXPECT_EQ(progress_.images_until(at(5)), 0.0); }

TEST_F(WorkProgresses, TheFirstBatchCountsWhenItIsComplete) {
  begin(0);
  EXPECT_EQ(progress_.images_until(at(5)), 0.0);
  complete(10);
  EXPECT_EQ(progress_.images_until(at(10)), 4.0);
}

TEST_F(WorkProgresses, ServedBatchesCountWhenTheyAreComplete) {
  std::vector<std::int64_t> records(16, 0);
  progress_.begin_serving(records, at(0));
  EXPECT_EQ(progress_.images_until(at(5)), 0.0);
  std::ranges::copy(std::vector<std::int64_t>{1 * kMs, 1 * kMs, 4 * kMs, 3}, records.begin());
  std::ranges::copy(std::vector<std::int64_t>{5 * kMs, 5 * kMs, 8 * kMs, 2}, records.begin() + 4);
  EXPECT_EQ(progress_.images_until(at(5)), 3.0);
  EXPECT_EQ(progress_.images_until(at(9)), 5.0);
  EXPECT_EQ(progress_.images_until(at(3)), 0.0);
  progress_.end(at(10));
  EXPECT_EQ(progress_.images_until(at(20)), 5.0);
  begin(30);
  complete(40);
  EXPECT_EQ(progress_.images_until(at(40)), 9.0);
}

TEST_F(WorkProgresses, ABatchUnderWayCountsInPartAsIfItTookAsLongAsTheLastOnes) {
  begin(0);
  complete(10);
  EXPECT_DOUBLE_EQ(progress_.images_until(at(12.5)), 5.0);
  EXPECT_DOUBLE_EQ(progress_.images_until(at(19)), 7.6);
  EXPECT_DOUBLE_EQ(progress_.images_until(at(60)), 8.0) << "it is not complete, however long it takes";
  complete(60);
  EXPECT_DOUBLE_EQ(progress_.images_until(at(60)), 8.0);
  EXPECT_DOUBLE_EQ(progress_.images_until(at(75)), 10.0) << "30 ms each until now";
}

TEST_F(WorkProgresses, AfterARunExactlyItsImagesAreDone) {
  begin(0);
  complete(10);
  complete(20);
  progress_.end(at(20.5));
  EXPECT_DOUBLE_EQ(progress_.images_until(at(21)), 8.0);
  EXPECT_DOUBLE_EQ(progress_.images_until(at(500)), 8.0);
}

TEST_F(WorkProgresses, StampsOfAnEarlierRunAndOtherNumbersAreNotCounted) {
  begin(0);
  for (const int ms : {10, 20, 30}) complete(ms);
  progress_.end(at(31));
  begin(100);
  EXPECT_DOUBLE_EQ(progress_.images_until(at(105)), 12.0 + 4.0 * 0.5) << "the run before tells how long a batch takes";
  complete(110);
  stamps_[1] = INT64_MAX;  // the memory is used for other things between runs
  EXPECT_DOUBLE_EQ(progress_.images_until(at(110)), 16.0);
  progress_.end(at(111));
  EXPECT_DOUBLE_EQ(progress_.images_until(at(111)), 16.0);
}

TEST_F(WorkProgresses, ARunThatFailedKeepsWhatWasComplete) {
  begin(0);
  complete(10);
  progress_.end(at(300));
  EXPECT_DOUBLE_EQ(progress_.images_until(at(400)), 4.0);
}

TEST_F(WorkProgresses, ATimeThatLiesBackIsAnsweredToo) {
  begin(0);
  complete(10);
  complete(20);
  EXPECT_DOUBLE_EQ(progress_.images_until(at(25)), 10.0);
  EXPECT_DOUBLE_EQ(progress_.images_until(at(15)), 6.0);
}

}  // namespace
}  // namespace wattlens::workload
