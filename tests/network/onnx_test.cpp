#include "network/onnx.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <protozero/pbf_reader.hpp>

#include <cstring>
#include <string>
#include <vector>

#include "network/scratch.h"
#include "network/zoo.h"

namespace wattlens::network {
namespace {

using testing::HasSubstr;

// Reads GraphProto.initializer of a model: names, and the first number of each.
std::vector<std::pair<std::string, float>> initializers_of(const std::string& model) {
  std::vector<std::pair<std::string, float>> found;
  protozero::pbf_reader reader(model);
  while (reader.next(7)) {
    protozero::pbf_reader graph = reader.get_message();
    while (graph.next(5)) {
      protozero::pbf_reader tensor = graph.get_message();
      std::string name;
      std::int32_t type = 0;
      float first = 0.0F;
      while (tensor.next()) {
        if (tensor.tag() == 2) {
          type = tensor.get_int32();
        } else if (tensor.tag() == 8) {
          name = tensor.get_string();
        } else if (tensor.tag() == 9 && type == 1) {
          const protozero::data_view raw = tensor.get_view();
          std::memcpy(&first, raw.data(), sizeof first);
        } else {
          tensor.skip();
        }
      }
      if (type == 1) found.emplace_back(name, first);
    }
  }
  return found;
}

TEST(Onnx, AModelHoldsEveryParameterUnderItsNameWithItsNumbers) {
  const Graph graph = build("shufflenet_v2_x0_5", {32, 10}).value();
  const Weights weights = initialise(graph, 0).value();
  const std::string model = onnx_model(graph, weights, 2).value();
  const auto found = initializers_of(model);
  ASSERT_EQ(found.size(), graph.parameters.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    EXPECT_EQ(found[i].first, graph.parameters[i].name);
    EXPECT_EQ(found[i].second, weights.tensors[i].front());
  }
}

TEST(Onnx, AnImpossibleBatchIsRefused) {
  const Graph graph = build("shufflenet_v2_x0_5", {32, 10}).value();
  const Weights weights = initialise(graph, 0).value();
  for (const std::int64_t batch : {std::int64_t{0}, std::int64_t{-2}}) {
    const auto model = onnx_model(graph, weights, batch);
    ASSERT_FALSE(model);
    EXPECT_EQ(model.error().kind, ErrorKind::usage);
  }
}

class OnnxFile : public ScratchFolder {};

TEST_F(OnnxFile, ASingleFileIsTheModelInMemory) {
  const Graph graph = build("shufflenet_v2_x0_5", {32, 10}).value();
  const Weights weights = initialise(graph, 0).value();
  ASSERT_TRUE(write_onnx(folder_ / "x.onnx", graph, weights, OnnxStorage::single_file, 4));
  EXPECT_EQ(base::read_text(folder_ / "x.onnx").value(), onnx_model(graph, weights, 4).value());
  EXPECT_FALSE(std::filesystem::exists(folder_ / "x.onnx.data"));
}

TEST_F(OnnxFile, ExternalWeightsLieBesideASmallModel) {
  const Graph graph = build("shufflenet_v2_x0_5", {32, 10}).value();
  const Weights weights = initialise(graph, 0).value();
  ASSERT_TRUE(write_onnx(folder_ / "x.onnx", graph, weights));
  const std::string model = base::read_text(folder_ / "x.onnx").value();
  EXPECT_LT(model.size(), 200'000U);
  EXPECT_THAT(model, HasSubstr("x.onnx.data"));
  std::size_t bytes = 0;
  for (const auto& tensor : weights.tensors) bytes += tensor.size_bytes();
  EXPECT_GE(std::filesystem::file_size(folder_ / "x.onnx.data"), bytes);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_), {}), 2);
}

TEST_F(OnnxFile, AFolderThatIsNotThereIsAnErrorThatLeavesNothing) {
  const Graph graph = build("shufflenet_v2_x0_5", {32, 10}).value();
  const Weights weights = initialise(graph, 0).value();
  const auto written = write_onnx(folder_ / "absent/x.onnx", graph, weights);
  ASSERT_FALSE(written);
  EXPECT_THAT(written.error().message, HasSubstr("absent"));
}

}  // namespace
}  // namespace wattlens::network
