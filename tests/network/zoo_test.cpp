#include "network/zoo.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/json.h"
#include "base/text.h"
#include "fake/paths.h"
#include "network/cost.h"

namespace wattlens::network {
namespace {

using testing::AllOf;
using testing::HasSubstr;

const base::Json& facts() {
  static const base::Json kFacts = [] {
    const base::Path path = fake::test_folder() / "golden/networks.json";
    return base::parse_json(base::read_text(path).value(), path.string()).value();
  }();
  return kFacts;
}

TEST(Zoo, AnUnknownNameNamesTheNearestOnes) {
  const auto graph = build("resnet5");
  ASSERT_FALSE(graph);
  EXPECT_EQ(graph.error().kind, ErrorKind::usage);
  EXPECT_THAT(graph.error().message, HasSubstr("resnet5"));
  EXPECT_THAT(graph.error().hint, HasSubstr("resnet50"));
  EXPECT_FALSE(build(""));
}

TEST(Zoo, ImpossibleSizesAndClassCountsAreRefused) {
  for (const NetworkKind& kind : all_networks()) {
    for (const std::int64_t size : {std::int64_t{0}, std::int64_t{-224}, std::int64_t{4097}, INT64_MAX, INT64_MIN}) {
      const auto graph = build(kind.name, {size, 1000});
      ASSERT_FALSE(graph) << kind.name << " " << size;
      EXPECT_EQ(graph.error().kind, ErrorKind::usage);
      EXPECT_FALSE(graph.error().hint.empty());
    }
    for (const std::int64_t classes : {std::int64_t{0}, std::int64_t{-1}, INT64_MAX}) {
      EXPECT_FALSE(build(kind.name, {224, classes})) << kind.name << " " << classes;
    }
  }
}

TEST(Zoo, AVisionTransformerTakesMultiplesOfItsPatches) {
  const auto graph = build("vit_b_16", {225, 1000});
  ASSERT_FALSE(graph);
  EXPECT_THAT(graph.error().message, HasSubstr("225 x 225"));
  EXPECT_THAT(graph.error().hint, AllOf(HasSubstr("224"), HasSubstr("240")));
  EXPECT_TRUE(build("vit_b_16", {384, 10}));
}

TEST(Zoo, AnImageTooSmallForAWindowIsRefusedWithTheSmallestThatFits) {
  EXPECT_TRUE(build("alexnet", {63, 1000}));
  const auto graph = build("alexnet", {62, 1000});
  ASSERT_FALSE(graph);
  EXPECT_THAT(graph.error().message, AllOf(HasSubstr("62 x 62"), HasSubstr("features.12")));
  EXPECT_THAT(graph.error().hint, HasSubstr("63"));
  EXPECT_FALSE(build("convnext_base", {31, 1000}));
  EXPECT_TRUE(build("convnext_base", {32, 1000}));
}

TEST(Zoo, OtherSizesAndClassCountsChangeOnlyWhatTheyMust) {
  for (const NetworkKind& kind : all_networks()) {
    const auto large = build(kind.name, {224, 1000});
    const auto small = build(kind.name, {96, 7});
    ASSERT_TRUE(large && small) << kind.name;
    EXPECT_EQ(small->values[small->output].shape, (Shape{kBatch, 7}));
    EXPECT_EQ(small->values[small->input].shape, (Shape{kBatch, 3, 96, 96}));
    ASSERT_EQ(large->parameters.size(), small->parameters.size());
    int differing = 0;
    for (std::size_t i = 0; i < large->parameters.size(); ++i) {
      EXPECT_EQ(large->parameters[i].name, small->parameters[i].name);
      differing += large->parameters[i].shape != small->parameters[i].shape ? 1 : 0;
    }
    EXPECT_EQ(differing, kind.name == "vit_b_16" ? 3 : 2) << kind.name;  // the head's two, and the position embedding
  }
}

TEST(Zoo, ParametersAreThoseOfTorchvisionsStateDict) {
  for (const NetworkKind& kind : all_networks()) {
    const auto graph = build(kind.name);
    ASSERT_TRUE(graph) << kind.name;
    std::vector<std::string> lines;
    for (const Parameter& parameter : graph->parameters) {
      std::string line = parameter.name;
      for (const std::int64_t size : parameter.shape) line += fmt::format(" {}", size);
      lines.push_back(line);
    }
    std::ranges::sort(lines);
    const auto golden =
        base::read_text(fake::test_folder() / "golden/state_dicts" / (fmt::format("{}.txt", kind.name)));
    ASSERT_TRUE(golden);
    std::vector<std::string> expected;
    for (const std::string_view line : base::split(base::trim(*golden), '\n')) expected.emplace_back(line);
    std::ranges::sort(expected);
    EXPECT_EQ(lines, expected) << kind.name;
  }
}

TEST(Zoo, GraphsAreWellFormed) {
  for (const NetworkKind& kind : all_networks()) {
    const Graph graph = build(kind.name, {96, 1000}).value();
    std::set<std::string> names;
    for (const Value& value : graph.values) EXPECT_TRUE(names.insert(value.name).second) << value.name;
    for (const Parameter& parameter : graph.parameters) {
      EXPECT_TRUE(names.insert(parameter.name).second) << parameter.name;
    }
    std::vector<bool> known(graph.values.size(), false);
    known[graph.input] = true;
    for (const Node& node : graph.nodes) {
      for (const std::size_t input : node.inputs) EXPECT_TRUE(known[input]) << node.name;
      EXPECT_FALSE(known[node.output]) << node.name;
      known[node.output] = true;
    }
    EXPECT_TRUE(known[graph.output]);
  }
}

TEST(Cost, ParametersAndMultiplyAddsAreThePublishedOnes) {
  for (const NetworkKind& kind : all_networks()) {
    const base::Json& fact = facts()["networks"][std::string(kind.name)];
    const Cost total = cost(build(kind.name).value());
    EXPECT_EQ(total.parameters, fact["published_parameters"].get<std::int64_t>()) << kind.name;
    EXPECT_NEAR(static_cast<double>(total.multiply_adds) * 1e-9, fact["published_giga_multiply_adds"].get<double>(),
                0.0005 + 1e-12)
        << kind.name;
  }
}

TEST(Cost, MultiplyAddsAreThoseThatPyTorchCountsAtEverySize) {
  for (const NetworkKind& kind : all_networks()) {
    for (const auto& [size, count] : facts()["networks"][std::string(kind.name)]["counted_multiply_adds"].items()) {
      const Cost total = cost(build(kind.name, {std::stoll(size), 1000}).value());
      EXPECT_EQ(total.multiply_adds, count.get<std::int64_t>()) << kind.name << " " << size;
    }
  }
}

TEST(Cost, ActivationsAreThosePublishedByTimm) {
  int compared = 0;
  for (const NetworkKind& kind : all_networks()) {
    const base::Json& fact = facts()["networks"][std::string(kind.name)];
    if (!fact.contains("published_million_activations")) continue;
    ++compared;
    EXPECT_NEAR(static_cast<double>(cost(build(kind.name).value()).activations) * 1e-6,
                fact["published_million_activations"].get<double>(), 0.005 + 1e-9)
        << kind.name;
  }
  EXPECT_EQ(compared, 5);
}

TEST(Cost, LayersAddUpToTheTotal) {
  const Graph graph = build("shufflenet_v2_x0_5", {96, 10}).value();
  const Cost total = cost(graph);
  ASSERT_EQ(total.layers.size(), graph.nodes.size());
  std::int64_t parameters = 0;
  std::int64_t multiply_adds = 0;
  base::Bytes bytes;
  for (const LayerCost& layer : total.layers) {
    parameters += layer.parameters;
    multiply_adds += layer.multiply_adds;
    bytes += layer.bytes;
  }
  EXPECT_EQ(parameters, total.parameters);
  EXPECT_EQ(multiply_adds, total.multiply_adds);
  EXPECT_EQ(bytes, total.bytes);
}

TEST(Cost, OneLayerIsCountedByHand) {
  Builder b("one", {8, 5});
  ValueId x = b.conv2d(b.input(), "conv", {.outputs = 4, .kernel = 3, .padding = 1, .bias = true});
  x = b.flatten(x, "flatten", 1, 3);
  const Graph graph = b.finish(b.linear(x, "fc", {.outputs = 5})).value();
  const Cost total = cost(graph);
  EXPECT_EQ(total.parameters, 4 * 27 + 4 + 256 * 5 + 5);
  EXPECT_EQ(total.multiply_adds, 256 * 27 + 256 * 5);
  EXPECT_EQ(total.activations, 256 + 5);
  EXPECT_DOUBLE_EQ(total.layers[0].bytes.value, 4.0 * (192 + 112 + 256));
  EXPECT_DOUBLE_EQ(total.weight_bytes.value, 4.0 * (112 + 1285));
  EXPECT_DOUBLE_EQ(total.peak_activation_bytes.value, 4.0 * (256 + 256));
}

}  // namespace
}  // namespace wattlens::network
