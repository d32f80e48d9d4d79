#include "cli/image_sizes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fake/paths.h"
#include "fake/temporary_folder.h"

namespace wattlens::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;
using testing::UnorderedElementsAre;

std::string model(const std::string& name) { return fake::test_folder() / "engine" / "models" / (name + ".onnx"); }

Result<experiment::Axes> resolved(std::vector<std::string> models, std::vector<std::int64_t> sizes = {}) {
  experiment::Axes axes;
  axes.models = std::move(models);
  axes.image_sizes = std::move(sizes);
  WATTLENS_CHECK(resolve_image_sizes(axes));
  return axes;
}

TEST(ImageSizes, BuiltInNetworksHaveTheUsualSize) {
  EXPECT_THAT(resolved({"resnet50", "alexnet"})->image_sizes, ElementsAre(224));
  EXPECT_THAT(resolved({"resnet50"}, {160, 192})->image_sizes, ElementsAre(160, 192));
}

TEST(ImageSizes, AFixedSizeIsTakenAsItIs) {
  const auto axes = resolved({model("sized")});
  ASSERT_TRUE(axes) << axes.error().message;
  EXPECT_THAT(axes->image_sizes, ElementsAre(8));
  EXPECT_TRUE(resolved({model("sized")}, {8}));
}

TEST(ImageSizes, EachModelOfASweepHasItsOwn) {
  const auto axes = resolved({"resnet50", model("sized")});
  ASSERT_TRUE(axes);
  EXPECT_THAT(axes->image_sizes, IsEmpty());
  EXPECT_THAT(axes->own_image_sizes, UnorderedElementsAre(Pair("resnet50", 224), Pair(model("sized"), 8)));
  const auto points = experiment::plan_points(*axes);
  ASSERT_EQ(points.size(), 2U);
  EXPECT_EQ(points[0].image_size, 224);
  EXPECT_EQ(points[1].image_size, 8);
}

TEST(ImageSizes, AnotherSizeThanTheFixedOneIsRefused) {
  const auto axes = resolved({model("sized")}, {8, 16});
  ASSERT_FALSE(axes);
  EXPECT_EQ(axes.error().kind, ErrorKind::usage);
  EXPECT_THAT(axes.error().message, HasSubstr("made for images of 8 px and cannot run 16 px"));
}

TEST(ImageSizes, AnOpenSizeMustBeGiven) {
  const auto axes = resolved({model("classifier")});
  ASSERT_FALSE(axes);
  EXPECT_EQ(axes.error().kind, ErrorKind::usage);
  EXPECT_THAT(axes.error().message, HasSubstr("any size: input f32 [?, 3, ?, ?]"));
  EXPECT_THAT(axes.error().hint, HasSubstr("--image-size"));
  EXPECT_TRUE(resolved({model("classifier")}, {8, 16}));
}

TEST(ImageSizes, WhatTakesNoImagesIsRefusedBeforeAnythingStarts) {
  EXPECT_THAT(resolved({model("two_inputs")}).error().message, HasSubstr("has 2 inputs instead of one"));
  EXPECT_THAT(resolved({model("text_input")}).error().message, HasSubstr("text [?, 10]"));
}

TEST(ImageSizes, ABrokenFileIsLeftToTheEngineToName) {
  const fake::TemporaryFolder folder;
  ASSERT_TRUE(base::write_text(folder / "broken.onnx", "not a model"));
  EXPECT_THAT(resolved({folder / "broken.onnx"})->image_sizes, ElementsAre(224));
}

TEST(ImageSizes, AFileThatDoesNotTellItsSizeNeedsOneOrItsReference) {
  const fake::TemporaryFolder folder;
  const base::Path file = folder / "net.pt";
  EXPECT_THAT(image_size_of(file, {}).error().hint, HasSubstr("--image-size"));
  EXPECT_EQ(image_size_of(file, std::vector<std::int64_t>{96}), 96);
  ASSERT_TRUE(base::write_text(
      folder / "net.pt.reference.json",
      R"({"schema": "wattlens.reference_outputs/1", "sizes": [{"image_size": 160, "logits": [[1]]}]})"));
  EXPECT_EQ(image_size_of(file, {}), 160);
}

}  // namespace
}  // namespace wattlens::cli
