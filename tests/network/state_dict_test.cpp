#include "network/state_dict.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "network/builder.h"
#include "network/scratch.h"
#include "network/zoo.h"

namespace wattlens::network {
namespace {

using testing::AllOf;
using testing::HasSubstr;

// A convolution, a normalisation and a head: 8 entries.
Graph small_network() {
  Builder b("small", {.image_size = 4, .classes = 2});
  ValueId x = b.conv2d(b.input(), "conv", {.outputs = 3, .kernel = 3, .padding = 1});
  x = b.flatten(b.adaptive_avg_pool(b.batch_norm(x, "bn"), "pool", 1), "flatten", 1, 3);
  return b.finish(b.linear(x, "fc", {.outputs = 2})).value();
}

// A state dict whose entries a test may change before the network reads it.
class StateDict {
 public:
  explicit StateDict(const Graph& graph) : graph_(graph) {
    const Weights weights = initialise(graph, 0).value();
    for (std::size_t i = 0; i < graph.parameters.size(); ++i) {
      set(graph.parameters[i].name, graph.parameters[i].shape, {weights.tensors[i].begin(), weights.tensors[i].end()});
    }
  }

  void set(const std::string& name, const Shape& shape, const std::vector<float>& values) {
    const auto bytes = std::as_bytes(std::span(values));
    set_bytes(name, "F32", shape, {bytes.begin(), bytes.end()});
  }
  void set_bytes(const std::string& name, const std::string& type, const Shape& shape, std::vector<std::byte> bytes) {
    entries_[name] = {type, shape, std::move(bytes)};
  }
  void remove(const std::string& name) { entries_.erase(name); }

  Result<Weights> load() const {
    Safetensors saved;
    for (const auto& [name, entry] : entries_) saved.tensors.push_back({name, entry.type, entry.shape, entry.bytes});
    return weights_from(graph_, saved, "x.safetensors");
  }
  std::string error() const {
    const auto loaded = load();
    if (loaded) return {};
    EXPECT_EQ(loaded.error().kind, ErrorKind::usage);
    return loaded.error().message + " | " + loaded.error().hint;
  }

 private:
  struct Entry {
    std::string type;
    Shape shape;
    std::vector<std::byte> bytes;
  };
  const Graph& graph_;
  std::map<std::string, Entry> entries_;
};

TEST(StateDict, MissingAndUnknownNamesAreListed) {
  const Graph graph = small_network();
  StateDict dict(graph);
  EXPECT_EQ(dict.error(), "");
  dict.remove("fc.bias");
  dict.remove("bn.running_var");
  dict.set("head.weight", {1}, {0.0F});
  EXPECT_THAT(dict.error(), AllOf(HasSubstr("2 missing (bn.running_var, fc.bias)"),
                                  HasSubstr("1 unknown (head.weight)"), HasSubstr("x.safetensors does not fit small")));
}

TEST(StateDict, AnEmptyOneListsTheFirstNamesOnly) {
  const Graph graph = build("resnet50", {32, 10}).value();
  const auto loaded = weights_from(graph, {}, "x.safetensors");
  ASSERT_FALSE(loaded);
  EXPECT_THAT(loaded.error().message, AllOf(HasSubstr("267 missing (conv1.weight, "), HasSubstr("and 259 more")));
}

TEST(StateDict, TheCountOfBatchesMayBeThere) {
  const Graph graph = small_network();
  StateDict dict(graph);
  dict.set_bytes("bn.num_batches_tracked", "I64", {}, std::vector<std::byte>(8));
  EXPECT_EQ(dict.error(), "");
}

TEST(StateDict, APrefixIsRecognised) {
  const Graph graph = small_network();
  StateDict dict(graph);
  dict.set("module.conv.weight", {3, 3, 3, 3}, std::vector<float>(81));
  EXPECT_THAT(dict.error(), HasSubstr("begin with \"module.\""));
}

TEST(StateDict, AWrongShapeIsNamedWithTheWayOut) {
  const Graph graph = small_network();
  StateDict dict(graph);
  dict.set("conv.weight", {3, 3, 9}, std::vector<float>(81));
  EXPECT_THAT(dict.error(), HasSubstr("conv.weight is 3×3×9, small needs 3×3×3×3"));
  StateDict other(graph);
  other.set("fc.weight", {5, 3}, std::vector<float>(15));
  EXPECT_THAT(other.error(), HasSubstr("for 5 classes"));
}

TEST(StateDict, ValuesThatAreNotFiniteAreRefusedWithTheParametersName) {
  const Graph graph = small_network();
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), -std::numeric_limits<float>::infinity()}) {
    StateDict dict(graph);
    dict.set("fc.weight", {2, 3}, {1, 2, 3, 4, 5, bad});
    EXPECT_THAT(dict.error(), AllOf(HasSubstr("fc.weight"), HasSubstr("not a number or infinite")));
  }
  StateDict dict(graph);
  dict.set_bytes("fc.bias", "F16", {2}, {std::byte{0}, std::byte{0x7C}, std::byte{0}, std::byte{0}});
  EXPECT_THAT(dict.error(), HasSubstr("fc.bias"));
}

TEST(StateDict, ANegativeVarianceIsRefused) {
  const Graph graph = small_network();
  StateDict dict(graph);
  dict.set("bn.running_var", {3}, {1.0F, -0.5F, 1.0F});
  EXPECT_THAT(dict.error(), AllOf(HasSubstr("bn.running_var"), HasSubstr("negative variance")));
  dict.set("bn.running_var", {3}, {1.0F, 0.0F, 1.0F});
  EXPECT_EQ(dict.error(), "");
}

TEST(StateDict, OtherTypesAreRefused) {
  const Graph graph = small_network();
  StateDict dict(graph);
  dict.set_bytes("fc.bias", "F64", {2}, std::vector<std::byte>(16));
  EXPECT_THAT(dict.error(), AllOf(HasSubstr("fc.bias is of type F64"), HasSubstr("float32")));
}

TEST(StateDict, HalfPrecisionIsWidenedExactly) {
  const Graph graph = small_network();
  const auto load_pair = [&](const std::string& type, std::uint16_t a, std::uint16_t b) {
    StateDict dict(graph);
    const std::uint16_t bits[] = {a, b};
    const auto bytes = std::as_bytes(std::span(bits));
    dict.set_bytes("fc.bias", type, {2}, {bytes.begin(), bytes.end()});
    const Weights weights = dict.load().value();
    return std::vector<float>(weights.tensors.back().begin(), weights.tensors.back().end());
  };
  EXPECT_EQ(load_pair("F16", 0x3C00, 0xC248), (std::vector<float>{1.0F, -3.140625F}));
  EXPECT_EQ(load_pair("F16", 0x0001, 0x7BFF), (std::vector<float>{0x1p-24F, 65504.0F}));
  EXPECT_EQ(load_pair("F16", 0x83FF, 0x0400), (std::vector<float>{-1023.0F * 0x1p-24F, 0x1p-14F}));
  EXPECT_EQ(load_pair("BF16", 0x3F80, 0xC049), (std::vector<float>{1.0F, -3.140625F}));
  EXPECT_TRUE(std::signbit(load_pair("F16", 0x8000, 0).front()));
}

TEST(StateDict, UnalignedNumbersAreCopied) {
  const Graph graph = small_network();
  std::vector<std::byte> bytes(9);
  const float values[] = {0.25F, -8.0F};
  std::memcpy(bytes.data() + 1, values, sizeof values);
  StateDict dict(graph);
  Safetensors saved;
  const Weights seeded = initialise(graph, 0).value();
  for (std::size_t i = 0; i < graph.parameters.size(); ++i) {
    const bool last = graph.parameters[i].name == "fc.bias";
    saved.tensors.push_back({graph.parameters[i].name, "F32", graph.parameters[i].shape,
                             last ? std::span<const std::byte>(bytes).subspan(1) : std::as_bytes(seeded.tensors[i])});
  }
  const auto loaded = weights_from(graph, saved, "x");
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_EQ(loaded->tensors.back()[0], 0.25F);
  EXPECT_EQ(loaded->tensors.back()[1], -8.0F);
}

class StateDictFile : public ScratchFolder {};

TEST_F(StateDictFile, SavedWeightsAreLoadedBitForBitAndOutliveTheReader) {
  const Graph graph = build("shufflenet_v2_x0_5", {32, 10}).value();
  const Weights weights = initialise(graph, 5).value();
  ASSERT_TRUE(save_weights(folder_ / "x.safetensors", graph, weights));
  const auto loaded = load_weights(graph, folder_ / "x.safetensors");
  ASSERT_TRUE(loaded) << loaded.error().message;
  std::filesystem::remove(folder_ / "x.safetensors");
  for (std::size_t i = 0; i < graph.parameters.size(); ++i) {
    EXPECT_TRUE(std::ranges::equal(weights.tensors[i], loaded->tensors[i])) << graph.parameters[i].name;
  }
}

TEST_F(StateDictFile, AFolderOrAPictureIsNotAStateDict) {
  const Graph graph = small_network();
  EXPECT_FALSE(load_weights(graph, folder_));
  ASSERT_TRUE(base::write_text(folder_ / "x.png", "\x89PNG\r\n\x1a\n and more"));
  EXPECT_FALSE(load_weights(graph, folder_ / "x.png"));
}

}  // namespace
}  // namespace wattlens::network
