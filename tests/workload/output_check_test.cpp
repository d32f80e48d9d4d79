#include "workload/output_check.h"

#include <gmock/gmock.h>

#include <cmath>

namespace wattlens::workload {
namespace {

using record::CheckStatus;
using testing::HasSubstr;

const std::vector<std::vector<double>> kTwoRows = {{1.0, 2.0, -4.0}, {3.0, 0.0, 1.0}};

TEST(OutputCheck, NoOutputsFail) {
  EXPECT_EQ(compare_outputs(std::vector<float>{}, 1, kTwoRows, 1e-4, "r").status, CheckStatus::failed);
  EXPECT_EQ(compare_outputs(std::vector<float>{}, std::vector<float>{}, 3, 1e-4, "r").status, CheckStatus::failed);
}

TEST(OutputCheck, AnotherNumberOfClassesFails) {
  const auto check = compare_outputs(std::vector<float>{1, 2, -4, 3}, 1, kTwoRows, 1e-4, "PyTorch");
  EXPECT_EQ(check.status, CheckStatus::failed);
  EXPECT_THAT(check.reference, HasSubstr("gives 4 numbers"));
}

TEST(OutputCheck, EqualRowsPass) {
  const auto check = compare_outputs(std::vector<float>{1, 2, -4, 3, 0, 1}, 2, kTwoRows, 1e-4, "PyTorch");
  EXPECT_EQ(check.status, CheckStatus::passed);
  EXPECT_EQ(check.error, 0.0);
  EXPECT_EQ(check.tolerance, 1e-4);
  EXPECT_EQ(check.same_top1, true);
  EXPECT_EQ(check.reference, "PyTorch");
}

TEST(OutputCheck, ASingleImageIsTheFirstReference) {
  EXPECT_EQ(compare_outputs(std::vector<float>{1, 2, -4}, 1, kTwoRows, 1e-4, "r").status, CheckStatus::passed);
  EXPECT_EQ(compare_outputs(std::vector<float>{3, 0, 1}, 1, kTwoRows, 1e-4, "r").status, CheckStatus::failed);
}

TEST(OutputCheck, RowsBeyondTheReferencesRepeatThem) {
  EXPECT_EQ(compare_outputs(std::vector<float>{1, 2, -4, 3, 0, 1, 1, 2, -4}, 3, kTwoRows, 1e-4, "r").status,
            CheckStatus::passed);
  EXPECT_EQ(compare_outputs(std::vector<float>{1, 2, -4, 3, 0, 1, 3, 0, 1}, 3, kTwoRows, 1e-4, "r").status,
            CheckStatus::failed);
}

TEST(OutputCheck, EveryBatchBeginsWithTheFirstReference) {
  const std::vector<float> two_batches_of_one{1, 2, -4, 1, 2, -4};
  EXPECT_EQ(compare_outputs(two_batches_of_one, 1, kTwoRows, 1e-4, "r").status, CheckStatus::passed);
  EXPECT_EQ(compare_outputs(two_batches_of_one, 2, kTwoRows, 1e-4, "r").status, CheckStatus::failed);
}

TEST(OutputCheck, TheErrorIsInPartsOfTheLargestReference) {
  const auto check = compare_outputs(std::vector<float>{1, 2, -4, 3, 0, 1.5F}, 2, kTwoRows, 0.1, "r");
  EXPECT_NEAR(*check.error, 0.125, 1e-12);
  EXPECT_EQ(check.status, CheckStatus::failed);
  EXPECT_EQ(compare_outputs(std::vector<float>{1, 2, -4, 3, 0, 1.5F}, 2, kTwoRows, 0.13, "r").status,
            CheckStatus::passed);
}

TEST(OutputCheck, AnotherBestClassIsToldButDoesNotFail) {
  const auto check = compare_outputs(std::vector<float>{2.001F, 2, -4}, 1, kTwoRows, 0.3, "r");
  EXPECT_EQ(check.status, CheckStatus::passed);
  EXPECT_EQ(check.same_top1, false);
}

TEST(OutputCheck, ANumberThatIsNotFiniteFailsWhereverItIs) {
  for (std::size_t i = 0; i < 6; ++i) {
    for (const float bad : {NAN, INFINITY, -INFINITY}) {
      std::vector<float> outputs{1, 2, -4, 3, 0, 1};
      outputs[i] = bad;
      EXPECT_EQ(compare_outputs(outputs, 2, kTwoRows, 1e9, "r").status, CheckStatus::failed);
      EXPECT_EQ(compare_outputs(outputs, std::vector<float>(6), 3, 1e9, "r").status, CheckStatus::failed);
      EXPECT_EQ(compare_outputs(std::vector<float>(6), outputs, 3, 1e9, "r").status, CheckStatus::failed);
      EXPECT_THAT(check_finite(outputs, "r").reference, HasSubstr("1 of 6 outputs are not finite"));
    }
  }
}

TEST(OutputCheck, AReferenceOfZerosIsComparedAbsolutely) {
  const std::vector<std::vector<double>> zeros = {{0.0, 0.0}};
  EXPECT_EQ(compare_outputs(std::vector<float>{0, 0}, 1, zeros, 1e-4, "r").status, CheckStatus::passed);
  EXPECT_EQ(compare_outputs(std::vector<float>{0, 1}, 1, zeros, 1e-4, "r").status, CheckStatus::failed);
}

TEST(OutputCheck, AnotherRunOfAnotherLengthFails) {
  const auto check = compare_outputs(std::vector<float>{1, 2}, std::vector<float>{1, 2, 3}, 1, 1e-4, "the f32 run");
  EXPECT_EQ(check.status, CheckStatus::failed);
  EXPECT_THAT(check.reference, HasSubstr("the f32 run gives 3"));
}

TEST(OutputCheck, AModelThatIsHardForPyTorchTooMayBeTwiceAsFarOff) {
  EXPECT_DOUBLE_EQ(tolerance_of("bf16", 0.1, 1.0), 0.2);
  EXPECT_DOUBLE_EQ(tolerance_of("bf16", 0.0, 1.0), tolerance_of("bf16")) << "never less than usual";
  EXPECT_DOUBLE_EQ(tolerance_of("bf16", 0.9, 9.0), 16 * tolerance_of("bf16")) << "never as much as the output itself";
  EXPECT_DOUBLE_EQ(tolerance_of("bf16", 0.1, 0.3), 0.1) << "never so much that another image would do";
  EXPECT_DOUBLE_EQ(tolerance_of("bf16", 0.1, 0.0), tolerance_of("bf16")) << "a single image tells nothing of that";
  EXPECT_DOUBLE_EQ(tolerance_of("f32", 3e-4, 1.0), 6e-4);
}

TEST(OutputCheck, TheClosestTwoImagesAreWhatMustBeToldApart) {
  EXPECT_DOUBLE_EQ(image_difference(std::vector<std::vector<double>>{{4, 0}, {0, 0}, {3, 0}}), 0.25);
  EXPECT_DOUBLE_EQ(image_difference(std::vector<std::vector<double>>{{4, 0}}), 0.0);
}

TEST(OutputCheck, FewerDigitsAllowLargerErrors) {
  EXPECT_LT(tolerance_of("f32"), tolerance_of("f16"));
  EXPECT_LT(tolerance_of("f16"), tolerance_of("bf16"));
}

}  // namespace
}  // namespace wattlens::workload
