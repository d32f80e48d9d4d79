#include "engine/openvino_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <set>

#include "engine/openvino_fixture.h"
#include "fake/temporary_folder.h"
#include "network/state_dict.h"
#include "network/zoo.h"

namespace wattlens::engine {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

using OpenvinoModel = OpenvinoTest;

TEST_F(OpenvinoModel, AMissingFileIsNamed) {
  const auto error = error_of("nowhere", small());
  EXPECT_EQ(error.kind, ErrorKind::usage);
  EXPECT_THAT(error.message, HasSubstr("nowhere.onnx: there is no such file"));
}

TEST_F(OpenvinoModel, ATruncatedFileIsAnErrorAtAnyLength) {
  const auto whole = base::read_text(model("classifier"));
  ASSERT_TRUE(whole.has_value());
  const fake::TemporaryFolder folder;
  const auto path = folder / "truncated.onnx";
  for (std::size_t length = 0; length < whole->size(); length += 1 + whole->size() / 16) {
    ASSERT_TRUE(base::write_text(path, whole->substr(0, length)).has_value());
    auto session = engine_->compile({.network = {}, .file = path}, small());
    ASSERT_FALSE(session.has_value()) << length;
    EXPECT_EQ(session.error().kind, ErrorKind::usage) << session.error().message;
    EXPECT_THAT(session.error().message, HasSubstr(path.string()));
    expect_one_line(session.error());
  }
}

TEST_F(OpenvinoModel, AFileThatIsNotOnnxIsRefused) {
  EXPECT_THAT(
      engine_->compile({.network = {}, .file = model("make_models").replace_extension(".py")}, small()).error().message,
      HasSubstr("not an .onnx file"));
  EXPECT_THAT(engine_->compile({.network = {}, .file = testing::TempDir()}, small()).error().message,
              HasSubstr("not an .onnx file"));
}

TEST_F(OpenvinoModel, AnUnsupportedOperatorIsNamed) {
  const auto error = error_of("unsupported_operator", small());
  EXPECT_EQ(error.kind, ErrorKind::usage);
  EXPECT_THAT(error.message, HasSubstr("does not support the operators acme.Twist"));
  EXPECT_FALSE(error.hint.empty());
  expect_one_line(error);
}

TEST_F(OpenvinoModel, LostExternalWeightsAreNamed) {
  const auto error = error_of("lost_weights", small());
  EXPECT_EQ(error.kind, ErrorKind::usage);
  EXPECT_THAT(error.message, HasSubstr("lost.bin is missing or too short"));
  expect_one_line(error);
}

TEST_F(OpenvinoModel, AModelThatCannotTakeTheBatchSaysSo) {
  EXPECT_NE(compiled("one_row", small(1)), nullptr);
  EXPECT_NE(compiled("rigid", small(1)), nullptr);
  for (const auto* name : {"one_row", "rigid"}) {
    const auto error = error_of(name, small(8));
    EXPECT_EQ(error.kind, ErrorKind::usage);
    EXPECT_THAT(error.hint, HasSubstr("batch")) << error.message;
    expect_one_line(error);
  }
}

TEST_F(OpenvinoModel, ABatchThatTheFileFixesIsReshapedAndSaidSo) {
  const auto session = compiled("fixed_batch", small(5));
  ASSERT_NE(session, nullptr);
  EXPECT_THAT(session->describe().conditions, Contains("input: reshaped from [1, 3, 8, 8] to [5, 3, 8, 8]"));
  const Images images(5);
  expect_logits(output_of(*session, images), images, 1e-5);
}

TEST_F(OpenvinoModel, AFreeBatchAndSizeTakeWhateverIsAskedFor) {
  for (const auto& [batch, size] : {std::pair{2, 8}, std::pair{7, 13}}) {
    auto options = small(batch);
    options.image_size = size;
    const auto session = compiled("classifier", options);
    ASSERT_NE(session, nullptr);
    EXPECT_THAT(session->describe().conditions, Not(Contains(HasSubstr("reshaped"))));
    const Images images(batch, size);
    expect_logits(output_of(*session, images), images, 1e-5);
  }
}

TEST_F(OpenvinoModel, AHalfPrecisionFileIsFedAndReadInFloat) {
  const auto session = compiled("half", small(2));
  ASSERT_NE(session, nullptr);
  const Images images(2);
  expect_logits(output_of(*session, images), images, 1e-2);
}

TEST_F(OpenvinoModel, ABuiltInNetworkThatCannotBeMadeSaysWhy) {
  const auto unknown = engine_->compile({.network = "resnet51", .file = {}}, {});
  ASSERT_FALSE(unknown.has_value());
  EXPECT_EQ(unknown.error().kind, ErrorKind::usage);
  EXPECT_THAT(unknown.error().hint, HasSubstr("resnet50"));
  SessionOptions options;
  options.image_size = 100;  // not a multiple of the patch
  const auto odd = engine_->compile({.network = "vit_b_16", .file = {}}, options);
  ASSERT_FALSE(odd.has_value());
  EXPECT_EQ(odd.error().kind, ErrorKind::usage);
}

TEST_F(OpenvinoModel, ABuiltInNetworkHasTheClassesAndTheBatchAskedFor) {
  auto options = small(3);
  options.image_size = 32;
  const auto session =
      engine_->compile({.network = "shufflenet_v2_x0_5", .file = {}, .seed = 1, .classes = 7}, options);
  ASSERT_TRUE(session.has_value()) << session.error().message;
  const Images images(3, 32);
  EXPECT_THAT(output_of(**session, images).shape, ElementsAre(3, 7));
}

TEST_F(OpenvinoModel, AStateDictGivesTheOutputsOfItsWeights) {
  auto options = small();
  options.image_size = 32;
  const fake::TemporaryFolder folder;
  const auto graph = network::build("shufflenet_v2_x0_5", {.image_size = 32, .classes = 5});
  ASSERT_TRUE(graph.has_value());
  const auto weights = network::initialise(*graph, 3);
  ASSERT_TRUE(weights.has_value());
  ASSERT_TRUE(network::save_weights(folder / "w.safetensors", *graph, *weights).has_value());

  const auto logits = [&](const ModelSource& source) {
    auto session = engine_->compile(source, options);
    EXPECT_TRUE(session.has_value()) << session.error().message;
    const Images images(1, 32);
    const auto values = output_of(**session, images).values;
    return std::vector<float>(values.begin(), values.end());
  };
  const ModelSource seeded{.network = "shufflenet_v2_x0_5", .file = {}, .seed = 3, .classes = 5};
  const ModelSource loaded{.network = "shufflenet_v2_x0_5", .file = folder / "w.safetensors", .classes = 5};
  const ModelSource other{.network = "shufflenet_v2_x0_5", .file = {}, .seed = 4, .classes = 5};
  EXPECT_EQ(logits(loaded), logits(seeded));
  EXPECT_NE(logits(loaded), logits(other));

  const auto missing = engine_->compile({.network = "shufflenet_v2_x0_5", .file = folder / "no.safetensors"}, options);
  ASSERT_FALSE(missing.has_value());
  EXPECT_THAT(missing.error().message, HasSubstr("no.safetensors"));
  const auto wrong = engine_->compile({.network = "alexnet", .file = folder / "w.safetensors"}, {});
  ASSERT_FALSE(wrong.has_value());
  EXPECT_EQ(wrong.error().kind, ErrorKind::usage);
}

TEST_F(OpenvinoModel, ListsTheOperatorsWithTheirShapes) {
  const auto session = compiled("classifier", small(2));
  ASSERT_NE(session, nullptr);
  std::set<std::string> types;
  for (const auto& entry : session->operators()) {
    types.insert(entry.type);
    if (entry.type != "Convolution") continue;
    using Shape = std::vector<std::int64_t>;
    EXPECT_THAT(entry.inputs, ElementsAre(Shape{2, 3, 8, 8}, Shape{4, 3, 1, 1}));
    EXPECT_THAT(entry.outputs, ElementsAre(Shape{2, 4, 8, 8}));
  }
  EXPECT_THAT(types, Contains("Convolution"));
  EXPECT_THAT(types, Not(Contains("Constant")));
}

}  // namespace
}  // namespace wattlens::engine
