#include "workload/inference.h"

#include <fmt/core.h>
#include <gmock/gmock.h>

#include "base/json.h"
#include "base/random.h"
#include "fake/fake_location.h"
#include "fake/temporary_folder.h"

namespace wattlens::workload {
namespace {

using record::CheckStatus;
using testing::HasSubstr;

// What the fake engine gives for the first two seeded images of 4 px: logit k is number k of the image.
std::string_view fake_references(std::string_view network) {
  static const std::string kText = [] {
    std::vector<float> images(96);
    base::Random(base::derive_seed(0, "input")).fill_normal(images);
    base::Json rows = base::Json::array();
    for (std::size_t i = 0; i < 2; ++i) {
      base::Json row = base::Json::array();
      for (std::size_t k = 0; k < 1000; ++k) row.push_back(images[i * 48 + k % 48]);
      rows.push_back(std::move(row));
    }
    return base::to_text({{"schema", "wattlens.reference_outputs/1"},
                          {"network", "copy"},
                          {"sizes", {{{"image_size", 4}, {"logits", std::move(rows)}}}}});
  }();
  return network == "copy" ? std::string_view(kText) : std::string_view();
}

class Inference : public testing::Test {
 protected:
  InferenceOptions options(std::vector<std::string> worker_arguments = {}) const {
    InferenceOptions options;
    options.point.model = "copy";
    options.point.engine = "fake";
    options.point.batch = 5;
    options.point.image_size = 4;
    options.engine = fake::location(std::move(worker_arguments));
    options.references = fake_references;
    return options;
  }

  // A prepared workload and its output check.
  Result<record::OutputCheck> check(InferenceOptions options) {
    workload_.emplace(std::move(options), clock_, cancellation_);
    const auto prepared = workload_->prepare();
    EXPECT_TRUE(prepared) << prepared.error().message;
    return workload_->check_output();
  }

  base::SystemClock clock_;
  base::Cancellation cancellation_;
  std::optional<InferenceWorkload> workload_;
};

TEST_F(Inference, APathIsAFileAndAnythingElseANetwork) {
  EXPECT_TRUE(is_model_file("model.onnx"));
  EXPECT_TRUE(is_model_file("./model"));
  EXPECT_TRUE(is_model_file("/models/resnet50"));
  EXPECT_FALSE(is_model_file("resnet50"));
  EXPECT_FALSE(is_model_file(""));
}

TEST_F(Inference, BeforePreparationNothingRuns) {
  InferenceWorkload workload(options(), clock_, cancellation_);
  EXPECT_FALSE(workload.check_output());
  EXPECT_FALSE(workload.run({base::Seconds{0}, 1}));
}

TEST_F(Inference, PreparationTellsWhatItCost) {
  InferenceWorkload workload(options({"--batch-us", "3000"}), clock_, cancellation_);
  ASSERT_TRUE(workload.prepare());
  const auto info = workload.describe();
  EXPECT_EQ(info.engine_version, "1.0");
  EXPECT_GT(info.start_up.value(), base::Seconds{0});
  EXPECT_GE(info.compile.value(), base::Seconds{0});
  EXPECT_GE(info.first_inference.value(), base::milliseconds(3));
  EXPECT_GT(info.peak_memory.value(), base::Bytes{0});
}

TEST_F(Inference, AWindowCountsImages) {
  InferenceWorkload workload(options(), clock_, cancellation_);
  ASSERT_TRUE(workload.prepare());
  const auto done = workload.run({base::Seconds{0}, 7});
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(done->completions.size(), 7U);
  EXPECT_EQ(done->images, 35);
  EXPECT_EQ(done->completions.back(), done->end);
}

TEST_F(Inference, TheOutputsOfABuiltInNetworkAreCompared) {
  const auto checked = check(options());
  ASSERT_TRUE(checked) << checked.error().message;
  EXPECT_EQ(checked->status, CheckStatus::passed);
  EXPECT_EQ(checked->reference, "PyTorch in float64");
  EXPECT_LT(checked->error.value(), 1e-6);
  EXPECT_EQ(checked->tolerance, 1e-4);
  EXPECT_EQ(checked->same_top1, true);
  EXPECT_TRUE(workload_->run({base::Seconds{0}, 1}));
}

TEST_F(Inference, FewerDigitsPassWithinTheirTolerance) {
  auto with = options();
  with.point.precision = "bf16";
  const auto checked = check(std::move(with));
  ASSERT_TRUE(checked);
  EXPECT_EQ(checked->status, CheckStatus::passed);
  EXPECT_GT(checked->error.value(), 1e-4);
}

TEST_F(Inference, AWrongFirstRowFails) {
  const auto checked = check(options({"--fault", "wrong_output"}));
  ASSERT_TRUE(checked);
  EXPECT_EQ(checked->status, CheckStatus::failed);
  EXPECT_GT(checked->error.value(), checked->tolerance.value());
}

TEST_F(Inference, AWrongLastRowOfALargeBatchFails) {
  EXPECT_EQ(check(options({"--fault", "wrong_row"}))->status, CheckStatus::failed);
}

TEST_F(Inference, EverySlotIsCompared) {
  EXPECT_EQ(check(options({"--slots", "3"}))->status, CheckStatus::passed);
  EXPECT_EQ(check(options({"--slots", "3", "--fault", "wrong_last_slot"}))->status, CheckStatus::failed);
}

TEST_F(Inference, NotANumberFails) {
  const auto checked = check(options({"--fault", "nan_output"}));
  ASSERT_TRUE(checked);
  EXPECT_EQ(checked->status, CheckStatus::failed);
  EXPECT_THAT(checked->reference, HasSubstr("not finite"));
}

TEST_F(Inference, AtAnotherSizeTheNearestReferenceSizeIsCompared) {
  auto with = options();
  with.point.image_size = 6;
  const auto checked = check(with);
  ASSERT_TRUE(checked) << checked.error().message;
  EXPECT_EQ(checked->status, CheckStatus::passed);
  EXPECT_THAT(checked->reference, HasSubstr("at 4 px (none is kept for 6 px"));
  with.engine.arguments = {"--fault", "wrong_output"};
  EXPECT_EQ(check(with)->status, CheckStatus::failed);
}

TEST_F(Inference, AFileInF32HasNoReferenceAndSaysSo) {
  auto with = options();
  with.point.model = "models/some.onnx";
  const auto checked = check(with);
  ASSERT_TRUE(checked) << checked.error().message;
  EXPECT_EQ(checked->status, CheckStatus::not_run);
  EXPECT_EQ(checked->reference, "no reference for this model; its outputs are finite and repeat");
  EXPECT_FALSE(checked->error);
  with.engine.arguments = {"--fault", "nan_output"};
  EXPECT_EQ(check(with)->status, CheckStatus::failed);
  with.engine.arguments = {"--fault", "constant_output"};
  EXPECT_THAT(check(with)->reference, HasSubstr("all equal"));
  with.engine.arguments = {"--fault", "drifting_output"};
  EXPECT_EQ(check(with)->status, CheckStatus::failed);
}

TEST_F(Inference, AFileInBf16IsComparedWithItselfInF32) {
  auto with = options();
  with.point.model = "models/some.onnx";
  with.point.precision = "bf16";
  const auto checked = check(with);
  ASSERT_TRUE(checked) << checked.error().message;
  EXPECT_EQ(checked->status, CheckStatus::passed);
  EXPECT_EQ(checked->reference, "the same model in f32 by fake");
  EXPECT_GT(checked->error.value(), 0.0);
  with.engine.arguments = {"--fault", "wrong_bf16"};
  EXPECT_EQ(check(with)->status, CheckStatus::failed);
}

TEST_F(Inference, AFileIsComparedWithTheOutputsThatLieBesideIt) {
  const fake::TemporaryFolder folder;
  auto with = options();
  with.point.model = folder / "some.onnx";
  ASSERT_EQ(reference_file_of(with.point.model), folder / "some.onnx.reference.json");
  ASSERT_TRUE(base::write_text(folder / "some.onnx.reference.json", fake_references("copy")));
  for (const auto* precision : {"f32", "bf16"}) {
    with.point.precision = precision;
    const auto checked = check(with);
    ASSERT_TRUE(checked) << checked.error().message;
    EXPECT_EQ(checked->status, CheckStatus::passed);
    EXPECT_EQ(checked->reference, "some.onnx.reference.json");
  }
  with.engine = fake::location({"--fault", "wrong_row"});
  EXPECT_EQ(check(with)->status, CheckStatus::failed);
}

TEST_F(Inference, OutputsBesideAFileThatAreOfAnotherSizeSayNothing) {
  const fake::TemporaryFolder folder;
  auto with = options();
  with.point.model = folder / "some.onnx";
  with.point.image_size = 6;
  ASSERT_TRUE(base::write_text(folder / "some.onnx.reference.json", fake_references("copy")));
  const auto checked = check(with);
  ASSERT_TRUE(checked) << checked.error().message;
  EXPECT_EQ(checked->status, CheckStatus::not_run);
}

TEST_F(Inference, OutputsBesideAFileThatCannotBeReadAreNamed) {
  const fake::TemporaryFolder folder;
  auto with = options();
  with.point.model = folder / "some.onnx";
  ASSERT_TRUE(base::write_text(folder / "some.onnx.reference.json", "{}"));
  InferenceWorkload workload(with, clock_, cancellation_);
  const auto prepared = workload.prepare();
  ASSERT_FALSE(prepared);
  EXPECT_EQ(prepared.error().kind, ErrorKind::usage);
  EXPECT_THAT(prepared.error().message, HasSubstr("some.onnx.reference.json"));
}

TEST_F(Inference, TheCostOfAnImageComesFromTheOperators) {
  InferenceWorkload workload(options(), clock_, cancellation_);
  ASSERT_TRUE(workload.prepare());
  // One product of [5, 48] with a weight [48, 6], as the fake engine tells for its batch of 5.
  EXPECT_EQ(workload.describe().multiply_adds, 48 * 6);
  EXPECT_EQ(workload.describe().parameters, 48 * 6);
}

TEST_F(Inference, TheStepsOfPreparationFollowEachOther) {
  InferenceWorkload workload(options({"--batch-us", "3000"}), clock_, cancellation_);
  EXPECT_TRUE(workload.preparation().empty());
  ASSERT_TRUE(workload.prepare());
  const auto steps = workload.preparation();
  ASSERT_EQ(steps.size(), 4U);
  EXPECT_EQ(steps[0].name, "start-up");
  EXPECT_EQ(steps[1].name, "compile");
  EXPECT_EQ(steps[2].name, "first inference");
  EXPECT_EQ(steps[3].name, "ready");
  EXPECT_LT(steps[0].begin, steps[0].end);
  EXPECT_EQ(steps[1].begin, steps[0].end);
  EXPECT_LE(steps[1].end, steps[2].begin);
  EXPECT_GE(steps[2].duration(), base::milliseconds(3));
  EXPECT_EQ(steps[3].begin, steps[0].begin);
  EXPECT_EQ(steps[3].end, steps[2].end);
}

TEST_F(Inference, WeightsOfTheUserHaveNoReference) {
  auto with = options();
  with.weights = "weights.safetensors";
  EXPECT_EQ(check(with)->status, CheckStatus::not_run);
}

TEST_F(Inference, ABatchTooLargeForTheMemoryFailsAloneAndClearly) {
  InferenceWorkload workload(options({"--most-images", "4"}), clock_, cancellation_);
  const auto prepared = workload.prepare();
  ASSERT_FALSE(prepared);
  EXPECT_EQ(prepared.error().kind, ErrorKind::run_failed);
  EXPECT_EQ(prepared.error().message, "out of memory");
  auto smaller = options({"--most-images", "4"});
  smaller.point.batch = 4;
  EXPECT_EQ(check(smaller)->status, CheckStatus::passed);
}

TEST_F(Inference, ACrashIsAFailedRun) {
  InferenceWorkload workload(options({"--fault", "crash"}), clock_, cancellation_);
  const auto prepared = workload.prepare();
  ASSERT_FALSE(prepared);
  EXPECT_EQ(prepared.error().kind, ErrorKind::run_failed);
}

TEST_F(Inference, AnUnknownNetworkIsAUsersMistake) {
  auto with = options();
  with.point.model = "no_such_network";
  InferenceWorkload workload(with, clock_, cancellation_);
  EXPECT_EQ(workload.prepare().error().kind, ErrorKind::usage);
}

}  // namespace
}  // namespace wattlens::workload
