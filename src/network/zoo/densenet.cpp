// DenseNet (Huang et al. 2016, arXiv:1608.06993).
#include <fmt/format.h>

#include <array>
#include <string>
#include <vector>

#include "network/zoo/families.h"

namespace wattlens::network::zoo {
namespace {

constexpr std::int64_t kGrowth = 32;
constexpr std::int64_t kBottleneck = 4 * kGrowth;

ValueId dense_block(Builder& b, ValueId x, const std::string& name, int layers) {
  std::vector<ValueId> features = {x};
  for (int layer = 1; layer <= layers; ++layer) {
    const std::string at = fmt::format("{}.denselayer{}", name, layer);
    ValueId y = layer == 1 ? x : b.concat(features, at + ".concat");
    y = b.relu(b.batch_norm(y, at + ".norm1"), at + ".relu1");
    y = b.conv2d(y, at + ".conv1", {.outputs = kBottleneck});
    y = b.relu(b.batch_norm(y, at + ".norm2"), at + ".relu2");
    features.push_back(b.conv2d(y, at + ".conv2", {.outputs = kGrowth, .kernel = 3, .padding = 1}));
  }
  return b.concat(features, name + ".concat");
}

ValueId transition(Builder& b, ValueId x, const std::string& name) {
  ValueId y = b.relu(b.batch_norm(x, name + ".norm"), name + ".relu");
  y = b.conv2d(y, name + ".conv", {.outputs = b.shape(x)[1] / 2});
  return b.average_pool(y, name + ".pool", {.kernel = 2, .stride = 2, .padding = 0});
}

}  // namespace

Result<Graph> densenet121(const NetworkOptions& options) {
  Builder b("densenet121", options);
  ValueId x =
      b.conv2d(b.input(), "features.conv0", {.outputs = 64, .kernel = 7, .stride = 2, .padding = 3, .gain = 1.0});
  x = b.relu(b.batch_norm(x, "features.norm0"), "features.relu0");
  x = b.max_pool(x, "features.pool0", {.kernel = 3, .stride = 2, .padding = 1});
  constexpr std::array kLayers = {6, 12, 24, 16};
  for (std::size_t block = 0; block < kLayers.size(); ++block) {
    x = dense_block(b, x, fmt::format("features.denseblock{}", block + 1), kLayers[block]);
    if (block + 1 < kLayers.size()) x = transition(b, x, fmt::format("features.transition{}", block + 1));
  }
  x = b.relu(b.batch_norm(x, "features.norm5"), "relu");
  x = b.flatten(b.adaptive_avg_pool(x, "avgpool", 1), "flatten", 1, 3);
  return b.finish(b.linear(x, "classifier", {.outputs = b.classes()}));
}

}  // namespace wattlens::network::zoo
