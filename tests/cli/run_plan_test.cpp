#include "cli/run_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fake/temporary_folder.h"

namespace wattlens::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const std::vector<worker::EngineLocation> kEngines = {{.name = "openvino"}};

TEST(RunPlan, FlagsWinOverThePlanFile) {
  const fake::TemporaryFolder folder;
  const base::Path file = folder.path() / "plan.toml";
  ASSERT_TRUE(base::write_text(file, "seed = 3\n[axes]\nmodel = \"resnet50\"\nbatch = \"1,2\"\n"));
  RunOptions options;
  options.plan_file = file;
  options.batches = "8";
  const auto plan = plan_of(options);
  ASSERT_TRUE(plan) << plan.error().message;
  EXPECT_EQ(plan->seed, 3U);
  EXPECT_THAT(plan->axes.models, ElementsAre("resnet50"));
  EXPECT_THAT(plan->axes.batches, ElementsAre(8));
}

TEST(RunPlan, AFlagThatCannotBeReadIsNamed) {
  RunOptions options;
  options.models = "resnet50";
  options.budget = "soon";
  EXPECT_THAT(plan_of(options).error().message, HasSubstr("--budget"));
}

TEST(RunPlan, AnUnknownModelIsMetWithTheNearest) {
  experiment::Axes axes;
  axes.models = {"resnet5"};
  const auto checked = check_names(axes, kEngines);
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().kind, ErrorKind::usage);
  EXPECT_THAT(checked.error().hint, HasSubstr("resnet50"));
}

TEST(RunPlan, AFileThatIsNotThereIsNamed) {
  for (const char* model : {"/nonexistent/a.onnx", "resnet50@/nonexistent/w.safetensors"}) {
    experiment::Axes axes;
    axes.models = {model};
    const auto checked = check_names(axes, kEngines);
    ASSERT_FALSE(checked) << model;
    EXPECT_THAT(checked.error().message, HasSubstr("/nonexistent/"));
  }
}

TEST(RunPlan, AnUnknownEngineIsMetWithThoseThatAreInstalled) {
  experiment::Axes axes;
  axes.models = {"resnet50"};
  axes.engines = {"tensorrt"};
  EXPECT_EQ(check_names(axes, kEngines).error().kind, ErrorKind::usage);
  EXPECT_THAT(check_names(axes, kEngines).error().hint, HasSubstr("openvino"));
  EXPECT_EQ(check_names(axes, {}).error().kind, ErrorKind::not_measurable);
  EXPECT_THAT(check_names(axes, {}).error().hint, HasSubstr("make setup"));
}

TEST(RunPlan, WithoutAutoNoEngineIsAsked) {
  experiment::Axes axes;
  axes.precisions = {"f32", "bf16"};
  base::SystemClock clock;
  base::Cancellation cancel;
  ASSERT_TRUE(resolve_precision(axes, {}, clock, cancel));
  EXPECT_THAT(axes.precisions, ElementsAre("f32", "bf16"));
}

TEST(RunPlan, LargerWorkIsGuessedToTakeLonger) {
  experiment::Axes axes;
  axes.models = {"mobilenet_v2", "resnet50"};
  axes.batches = {1, 8};
  record::MachineState machine;
  machine.cpu.cores = 2;
  const auto times = guess_batch_times(experiment::plan_points(axes), machine);
  ASSERT_EQ(times.size(), 4U);
  EXPECT_LT(times[0], times[1]);
  EXPECT_LT(times[0], times[2]);
}

}  // namespace
}  // namespace wattlens::cli
