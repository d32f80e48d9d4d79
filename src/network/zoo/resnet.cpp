// ResNet (He et al. 2015, arXiv:1512.03385), with the stride in the 3 x 3 convolution as torchvision has it.
#include <fmt/format.h>

#include <array>
#include <string>

#include "network/zoo/families.h"

namespace wattlens::network::zoo {
namespace {

// The last normalisation of a residual branch is small, so that sixteen additions do not add up to large values.
constexpr Initialisation kBranchWeight = {0.2, 0.3};

ValueId bottleneck(Builder& b, ValueId x, const std::string& name, std::int64_t width, int stride) {
  const std::int64_t outputs = 4 * width;
  ValueId y = b.conv2d(x, name + ".conv1", {.outputs = width});
  y = b.relu(b.batch_norm(y, name + ".bn1"), name + ".relu1");
  y = b.conv2d(y, name + ".conv2", {.outputs = width, .kernel = 3, .stride = stride, .padding = 1});
  y = b.relu(b.batch_norm(y, name + ".bn2"), name + ".relu2");
  y = b.conv2d(y, name + ".conv3", {.outputs = outputs});
  y = b.batch_norm(y, name + ".bn3", kBranchWeight);
  if (b.shape(x)[1] != outputs || stride != 1) {
    x = b.conv2d(x, name + ".downsample.0", {.outputs = outputs, .stride = stride});
    x = b.batch_norm(x, name + ".downsample.1");
  }
  return b.relu(b.add(y, x, name + ".add"), name + ".relu3");
}

}  // namespace

Result<Graph> resnet50(const NetworkOptions& options) {
  Builder b("resnet50", options);
  ValueId x = b.conv2d(b.input(), "conv1", {.outputs = 64, .kernel = 7, .stride = 2, .padding = 3, .gain = 1.0});
  x = b.relu(b.batch_norm(x, "bn1"), "relu");
  x = b.max_pool(x, "maxpool", {.kernel = 3, .stride = 2, .padding = 1});
  constexpr std::array kDepths = {3, 4, 6, 3};
  for (int stage = 0; stage < 4; ++stage) {
    for (int block = 0; block < kDepths[static_cast<std::size_t>(stage)]; ++block) {
      const int stride = stage > 0 && block == 0 ? 2 : 1;
      x = bottleneck(b, x, fmt::format("layer{}.{}", stage + 1, block), std::int64_t{64} << stage, stride);
    }
  }
  x = b.flatten(b.adaptive_avg_pool(x, "avgpool", 1), "flatten", 1, 3);
  return b.finish(b.linear(x, "fc", {.outputs = b.classes()}));
}

}  // namespace wattlens::network::zoo
