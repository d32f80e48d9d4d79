#include "network/onnx_signature.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fake/paths.h"
#include "fake/temporary_folder.h"
#include "network/onnx.h"
#include "network/weights.h"
#include "network/zoo.h"

namespace wattlens::network {
namespace {

using testing::HasSubstr;

// Small files made by tests/engine/models/make_models.py with the onnx package.
base::Path model(const std::string& name) { return fake::test_folder() / "engine" / "models" / (name + ".onnx"); }

Result<ImageInput> input_of(const std::string& name) {
  WATTLENS_TRY(const auto signature, read_onnx_signature(model(name)));
  return image_input_of(name, signature.inputs);
}

TEST(OnnxSignature, NamesTypesAndShapesAreThoseOfTheFile) {
  const auto signature = read_onnx_signature(model("several_outputs"));
  ASSERT_TRUE(signature) << signature.error().message;
  EXPECT_EQ(to_string(signature->inputs), "input f32 [?, 3, ?, ?]");
  EXPECT_EQ(to_string(signature->outputs), "logits1 i64 [?], logits2 f32 [?, 4, 1, 1], logits f32 [?, 4]");
}

TEST(OnnxSignature, OurOwnFilesAreRead) {
  const fake::TemporaryFolder folder;
  const Graph graph = build("shufflenet_v2_x0_5", {64, 10}).value();
  ASSERT_TRUE(write_onnx(folder / "net.onnx", graph, initialise(graph, 0).value(), OnnxStorage::external));
  const auto signature = read_onnx_signature(folder / "net.onnx");
  ASSERT_TRUE(signature);
  const auto input = image_input_of("net.onnx", signature->inputs);
  ASSERT_TRUE(input);
  EXPECT_EQ(input->image_size, 64);
  EXPECT_FALSE(input->batch);
}

TEST(OnnxSignature, SizesAndLayoutsAreFound) {
  EXPECT_EQ(input_of("sized")->image_size, 8);
  EXPECT_FALSE(input_of("classifier")->image_size);
  EXPECT_EQ(input_of("channels_last")->layout, ImageLayout::nhwc);
  EXPECT_EQ(input_of("grey")->channels, 1);
  EXPECT_EQ(input_of("fixed_batch")->batch, 1);
}

TEST(OnnxSignature, WhatTakesNoImagesIsRefusedWithItsInputs) {
  EXPECT_THAT(input_of("two_inputs").error().message,
              HasSubstr("two_inputs has 2 inputs instead of one: input f32 [?, 3, ?, ?], input2 f32 [?, 3, ?, ?]"));
  EXPECT_THAT(input_of("text_input").error().message, HasSubstr("takes input text [?, 10]"));
  EXPECT_THAT(input_of("not_images").error().message, HasSubstr("takes input f32 [?, 10]"));
  EXPECT_THAT(input_of("oblong").error().message, HasSubstr("8 x 12 px"));
  EXPECT_THAT(image_input_of("empty", {}).error().message, HasSubstr("no input"));
}

TEST(OnnxSignature, AnInputWithoutAShapeMayTakeAnything) {
  const std::vector<TensorSignature> inputs{{.name = "x", .type = "f32", .shape = std::nullopt}};
  const auto input = image_input_of("m", inputs);
  ASSERT_TRUE(input);
  EXPECT_FALSE(input->image_size);
  EXPECT_EQ(to_string(inputs), "x f32");
}

TEST(OnnxSignature, ATruncatedFileIsAnErrorAtAnyLength) {
  const std::string whole = base::read_text(model("classifier")).value();
  for (std::size_t length = 0; length < whole.size(); ++length) {
    const auto signature = parse_onnx_signature(std::string_view(whole).substr(0, length));
    if (signature) {
      // Cut between two members of the model: what came before is whole, and says the same.
      EXPECT_EQ(to_string(signature->inputs), "input f32 [?, 3, ?, ?]");
    } else {
      EXPECT_EQ(signature.error().kind, ErrorKind::usage);
    }
  }
  EXPECT_FALSE(parse_onnx_signature(std::string_view(whole).substr(0, whole.size() / 2)));
}

TEST(OnnxSignature, AMissingFileIsNamed) {
  EXPECT_THAT(read_onnx_signature("nowhere.onnx").error().message, HasSubstr("nowhere.onnx"));
}

}  // namespace
}  // namespace wattlens::network
