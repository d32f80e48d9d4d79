#include "engine/openvino_signature.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/openvino_fixture.h"
#include "engine/openvino_model.h"
#include "fake/temporary_folder.h"
#include "network/cost.h"
#include "network/onnx.h"
#include "network/operator_cost.h"
#include "network/weights.h"
#include "network/zoo.h"

namespace wattlens::engine {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

using OpenvinoSignature = OpenvinoTest;

TEST_F(OpenvinoSignature, InputsThatAreNoImagesAreToldWithTheirShapes) {
  EXPECT_THAT(error_of("two_inputs", small()).message,
              HasSubstr("has 2 inputs instead of one: input f32 [?, 3, ?, ?], input2 f32 [?, 3, ?, ?]"));
  EXPECT_THAT(error_of("not_images", small()).message, HasSubstr("takes input f32 [?, 10]"));
  EXPECT_THAT(error_of("text_input", small()).message, HasSubstr("text_input.onnx"));
  EXPECT_THAT(error_of("byte_images", small()).message, HasSubstr("takes input u8 [?, 3, ?, ?]"));
  EXPECT_THAT(error_of("oblong", small()).message, HasSubstr("8 x 12 px"));
  for (const auto* name : {"two_inputs", "not_images", "text_input", "byte_images", "oblong"}) {
    EXPECT_EQ(error_of(name, small()).kind, ErrorKind::usage) << name;
    expect_one_line(error_of(name, small()));
  }
}

TEST_F(OpenvinoSignature, AFixedSizeIsNotReshaped) {
  auto other = small();
  other.image_size = 16;
  const auto error = error_of("sized", other);
  EXPECT_EQ(error.kind, ErrorKind::usage);
  EXPECT_THAT(error.message, HasSubstr("is made for images of 8 px and cannot run 16 px"));
  EXPECT_NE(compiled("sized", small(3)), nullptr);
}

TEST_F(OpenvinoSignature, ChannelsLastGetTheSameImages) {
  const auto session = compiled("channels_last", small(3));
  ASSERT_NE(session, nullptr);
  EXPECT_THAT(session->describe().input_shape, ElementsAre(3, 3, 8, 8));
  EXPECT_EQ(session->describe().input_layout, "NHWC");
  const Images images(3);
  expect_logits(output_of(*session, images), images, 1e-5);
}

TEST_F(OpenvinoSignature, OneChannelIsFedWithOne) {
  const auto session = compiled("grey", small(2));
  ASSERT_NE(session, nullptr);
  EXPECT_THAT(session->describe().input_shape, ElementsAre(2, 1, 8, 8));
  Images colours(2);
  Images grey(2);
  grey.shape = {2, 1, 8, 8};
  grey.values.resize(128);
  for (std::size_t i = 0; i < colours.values.size(); ++i) {
    colours.values[i] = grey.values[i / 192 * 64 + i % 64];
  }
  expect_logits(output_of(*session, grey), colours, 1e-5);
}

TEST_F(OpenvinoSignature, OfSeveralOutputsTheLogitsAreTaken) {
  const auto session = compiled("several_outputs", small(2));
  ASSERT_NE(session, nullptr);
  EXPECT_THAT(session->describe().conditions, Contains("output looked at: number 3 of 3, [2, 4]"));
  const Images images(2);
  expect_logits(output_of(*session, images), images, 1e-5);
}

TEST_F(OpenvinoSignature, OutputsWithoutARowPerImageAreTold) {
  EXPECT_THAT(error_of("integer_output", small()).message, HasSubstr("gives logits i64 [1, 1, 1]"));
  EXPECT_THAT(error_of("data_dependent", small()).message, HasSubstr("no floating-point result of one row per image"));
  EXPECT_THAT(error_of("one_row", small(8)).message, HasSubstr("for 8 images"));
}

// The cost of a network by its graph, and by the operators that OpenVINO reads.
void expect_cost_of_graph(const ModelSource& source, const network::NetworkOptions& size) {
  constexpr std::int64_t kBatch = 2;
  SessionOptions options;
  options.batch = kBatch;
  options.image_size = size.image_size;
  const auto loaded = load_model(source, options);
  ASSERT_TRUE(loaded) << loaded.error().message;
  const auto found = network::cost(loaded->operators);
  const std::string name = source.network.empty() ? source.file.stem().string() : source.network;
  const auto expected = network::cost(network::build(name, size).value());
  EXPECT_EQ(found.parameters, expected.parameters) << name;
  EXPECT_EQ(found.multiply_adds, kBatch * expected.multiply_adds) << name;
  EXPECT_EQ(found.activations, kBatch * expected.activations) << name;
  EXPECT_EQ(found.weight_bytes, expected.weight_bytes) << name;
  EXPECT_TRUE(found.not_counted.empty()) << name;
}

TEST_F(OpenvinoSignature, ABuiltInNetworkCostsTheSameAsItsOperators) {
  for (const auto& kind : network::all_networks()) {
    // In small images AlexNet's adaptive pooling is written as matrix products, which are then counted.
    const network::NetworkOptions size{.image_size = kind.name == "alexnet" ? 224 : 64, .classes = 10};
    expect_cost_of_graph({.network = std::string(kind.name), .file = {}, .classes = size.classes}, size);
  }
}

TEST_F(OpenvinoSignature, AnExportedNetworkCostsTheSameAsItsGraph) {
  const fake::TemporaryFolder folder;
  for (const auto* name : {"shufflenet_v2_x0_5", "mobilenet_v2", "densenet121"}) {
    const network::NetworkOptions size{.image_size = 64, .classes = 10};
    const auto graph = network::build(name, size);
    ASSERT_TRUE(graph) << graph.error().message;
    const auto file = folder / (std::string(name) + ".onnx");
    ASSERT_TRUE(
        network::write_onnx(file, *graph, network::initialise(*graph, 0).value(), network::OnnxStorage::external));
    expect_cost_of_graph({.network = {}, .file = file}, size);
  }
}

}  // namespace
}  // namespace wattlens::engine
