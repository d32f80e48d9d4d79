// MobileNetV2 (Sandler et al. 2018, arXiv:1801.04381).
#include <fmt/format.h>

#include <array>
#include <string>

#include "network/zoo/families.h"

namespace wattlens::network::zoo {
namespace {

// The last normalisation of a block that is added to its own input.
constexpr Initialisation kBranchWeight = {0.4, 0.6};

struct Stage {
  int expansion;
  std::int64_t outputs;
  int depth;
  int stride;
};

// torchvision's Conv2dNormActivation: .0 the convolution, .1 its normalisation, .2 ReLU6.
ValueId conv_norm_relu6(Builder& b, ValueId x, const std::string& name, const ConvOptions& options) {
  return b.relu6(b.batch_norm(b.conv2d(x, name + ".0", options), name + ".1"), name + ".2");
}

ValueId inverted_residual(Builder& b, ValueId x, const std::string& name, const Stage& stage, int stride) {
  const std::int64_t inputs = b.shape(x)[1];
  const std::int64_t hidden = inputs * stage.expansion;
  const bool residual = stride == 1 && inputs == stage.outputs;
  ValueId y = x;
  int index = 0;
  if (stage.expansion != 1) {
    y = conv_norm_relu6(b, y, fmt::format("{}.conv.{}", name, index++), {.outputs = hidden, .gain = 1.0});
  }
  y = conv_norm_relu6(
      b, y, fmt::format("{}.conv.{}", name, index++),
      {.outputs = hidden, .kernel = 3, .stride = stride, .padding = 1, .groups = static_cast<int>(hidden)});
  y = b.conv2d(y, fmt::format("{}.conv.{}", name, index++), {.outputs = stage.outputs});
  y = b.batch_norm(y, fmt::format("{}.conv.{}", name, index), residual ? kBranchWeight : kNormWeight);
  return residual ? b.add(x, y, name + ".add") : y;
}

}  // namespace

Result<Graph> mobilenet_v2(const NetworkOptions& options) {
  Builder b("mobilenet_v2", options);
  ValueId x =
      conv_norm_relu6(b, b.input(), "features.0", {.outputs = 32, .kernel = 3, .stride = 2, .padding = 1, .gain = 1.0});
  constexpr std::array kStages = {Stage{1, 16, 1, 1}, Stage{6, 24, 2, 2},  Stage{6, 32, 3, 2}, Stage{6, 64, 4, 2},
                                  Stage{6, 96, 3, 1}, Stage{6, 160, 3, 2}, Stage{6, 320, 1, 1}};
  int index = 1;
  for (const Stage& stage : kStages) {
    for (int block = 0; block < stage.depth; ++block) {
      x = inverted_residual(b, x, fmt::format("features.{}", index++), stage, block == 0 ? stage.stride : 1);
    }
  }
  x = conv_norm_relu6(b, x, fmt::format("features.{}", index), {.outputs = 1280, .gain = 1.0});
  x = b.flatten(b.adaptive_avg_pool(x, "avgpool", 1), "flatten", 1, 3);
  x = b.dropout(x, "classifier.0");
  return b.finish(b.linear(x, "classifier.1", {.outputs = b.classes()}));
}

}  // namespace wattlens::network::zoo
