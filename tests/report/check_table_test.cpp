#include "report/check_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.h"

namespace wattlens::report {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

record::CheckedPoint checked(const std::string& engine, const std::string& precision, double error, bool passed) {
  record::CheckedPoint point;
  point.point.model = "resnet50";
  point.point.engine = engine;
  point.point.precision = precision;
  point.check = {passed ? record::CheckStatus::passed : record::CheckStatus::failed, "PyTorch in float64", error, 1e-4,
                 passed};
  return point;
}

TEST(CheckTable, ShowsErrorBesideWhatIsAllowed) {
  const std::vector points = {checked("openvino", "f32", 9.8e-7, true), checked("libtorch", "f32", 0.5, false)};
  EXPECT_EQ(output_checks(points, Format::table),
            "compared with: PyTorch in float64\n"
            "  engine    precision  batch   px  check   error    allowed  top-1\n"
            "resnet50\n"
            "  openvino  f32            1  224  passed  9.8e-07  0.0001   same\n"
            "  libtorch  f32            1  224  failed  0.5      0.0001   other\n"
            "1 of 2 passed, 1 failed.\n"
            "error: the largest difference, in parts of the largest value of the reference. top-1: whether the\n"
            "  same class comes first for every image.\n");
}

TEST(CheckTable, WhatCouldNotRunSaysWhyAndIsNoPass) {
  auto point = checked("openvino", "f16", 0.0, true);
  point.check = {};
  point.failure = Error{ErrorKind::usage, "no f16 here", "use f32"};
  EXPECT_THAT(output_checks(std::vector{point}, Format::table), StartsWith("no f16 here; use f32\n"));
  const std::string text = output_checks(std::vector{point, checked("openvino", "f32", 0.0, true)}, Format::table);
  EXPECT_THAT(text, HasSubstr("could not run"));
  EXPECT_THAT(text, HasSubstr("no f16 here; use f32"));
  EXPECT_THAT(text, HasSubstr("1 of 2 passed, 1 could not run."));
}

TEST(CheckTable, WithoutAReferenceItIsNeitherPassedNorFailed) {
  auto point = checked("openvino", "f32", 0.0, true);
  point.check = {record::CheckStatus::not_run, "no reference for this model", {}, {}, {}};
  const std::string text = output_checks(std::vector{point}, Format::table);
  EXPECT_THAT(text, StartsWith("no reference for this model\n"));
  EXPECT_THAT(text, HasSubstr("0 of 1 passed, 1 without a reference."));
  EXPECT_THAT(text, Not(HasSubstr(" passed  ")));
}

TEST(CheckTable, JsonHasFullPrecisionAndNullsForWhatIsNotKnown) {
  const auto json =
      base::parse_json(output_checks(std::vector{checked("openvino", "f32", 9.8e-7, true)}, Format::json), "checks");
  ASSERT_TRUE(json);
  EXPECT_EQ((*json)["schema"], kChecksSchema);
  EXPECT_EQ((*json)["points"][0]["error"], 9.8e-7);
  EXPECT_EQ((*json)["points"][0]["same_top1"], true);
  EXPECT_TRUE((*json)["points"][0]["failure"].is_null());
}

TEST(CheckTable, OfNoPointsIsNoTable) { EXPECT_THAT(output_checks({}, Format::table), HasSubstr("0 of 0 passed.")); }

}  // namespace
}  // namespace wattlens::report
