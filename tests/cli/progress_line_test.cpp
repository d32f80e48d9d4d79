#include "cli/progress_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wattlens::cli {
namespace {

using ::testing::HasSubstr;

TEST(ProgressText, TellsHowManyRunsAndHowLong) {
  record::PlanPoint point;
  point.model = "resnet50";
  experiment::Progress progress;
  progress.activity = experiment::Activity::measuring;
  progress.point = &point;
  progress.points = progress.prepared = 2;
  progress.runs = 3;
  progress.runs_expected = 16;
  progress.left = base::seconds(64.2);
  EXPECT_EQ(progress_text(progress, 100), "[3/16 runs]  1:05 left  resnet50 f32 batch 1: measuring");
}

TEST(ProgressText, CountsModelsWhileTheyAreCompiled) {
  experiment::Progress progress;
  progress.activity = experiment::Activity::preparing;
  progress.points = 15;
  progress.prepared = 4;
  EXPECT_THAT(progress_text(progress, 100), HasSubstr("[4/15 models]"));
}

TEST(ProgressText, IsCutToTheTerminal) {
  experiment::Progress progress;
  EXPECT_LT(progress_text(progress, 10).size(), 10U);
  EXPECT_EQ(progress_text(progress, 0), "");
}

TEST(ProgressLine, IsSilentWhereThereIsNoTerminal) {
  std::FILE* file = std::tmpfile();
  ASSERT_NE(file, nullptr);
  {
    ProgressLine line(file);
    line.show({});
  }
  EXPECT_EQ(std::ftell(file), 0);
  std::fclose(file);
}

}  // namespace
}  // namespace wattlens::cli
