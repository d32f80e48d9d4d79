#include "workload/agreement.h"

#include <gtest/gtest.h>

#include <limits>

namespace wattlens::workload {
namespace {

TEST(CompareTop1, RowsWithTheLargestNumberAtTheSamePlaceAgree) {
  const Outputs reference{3, {1, 2, 4, 1, 2, -8, 3, 2, 1}};
  const Outputs outputs{3, {1, 2, 3, 2, 1, -8, 3, 2, 1}};
  const auto found = compare_top1(outputs, reference);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->images, 3);
  EXPECT_EQ(found->same, 2);
  EXPECT_DOUBLE_EQ(found->error, 1.0 / 8.0);
}

TEST(CompareTop1, OtherClassesOrNumbersThatAreNotFiniteAreErrors) {
  const Outputs reference{2, {1, 2, 3, 4}};
  EXPECT_FALSE(compare_top1({}, {}));
  EXPECT_FALSE(compare_top1(Outputs{1, {1, 2}}, reference));
  EXPECT_FALSE(compare_top1(Outputs{2, {1, 2, 3, 4, 5, 6}}, reference));
  const auto nan = compare_top1(Outputs{2, {1, 2, 3, std::numeric_limits<float>::quiet_NaN()}}, reference);
  ASSERT_FALSE(nan);
  EXPECT_EQ(nan.error().kind, ErrorKind::run_failed);
}

}  // namespace
}  // namespace wattlens::workload
