// ConvNeXt (Liu et al. 2022, arXiv:2201.03545).
#include <fmt/format.h>

#include <array>
#include <string>

#include "network/zoo/families.h"

namespace wattlens::network::zoo {
namespace {

constexpr double kEpsilon = 1e-6;
// torchvision starts training at 1e-6, which would hide the blocks from an output check.
constexpr Initialisation kLayerScale = {0.2, 0.4};

struct Stage {
  int depth;
  std::int64_t width;
};

// torchvision's LayerNorm2d: over the channels of every pixel.
ValueId layer_norm_2d(Builder& b, ValueId x, const std::string& name) {
  x = b.permute(x, name + ".to_last", {0, 2, 3, 1});
  return b.permute(b.layer_norm(x, name, kEpsilon), name + ".to_first", {0, 3, 1, 2});
}

ValueId block(Builder& b, ValueId x, const std::string& name) {
  const std::int64_t width = b.shape(x)[1];
  const auto at = [&](int index) { return fmt::format("{}.block.{}", name, index); };
  ValueId y = b.conv2d(
      x, at(0),
      {.outputs = width, .kernel = 7, .padding = 3, .groups = static_cast<int>(width), .bias = true, .gain = 1.0});
  y = b.layer_norm(b.permute(y, at(1), {0, 2, 3, 1}), at(2), kEpsilon);
  y = b.gelu(b.linear(y, at(3), {.outputs = 4 * width, .gain = 1.0}), at(4));
  y = b.permute(b.linear(y, at(5), {.outputs = width}), at(6), {0, 3, 1, 2});
  y = b.scale(y, name + ".layer_scale", {width, 1, 1}, kLayerScale);
  return b.add(y, x, name + ".add");
}

}  // namespace

Result<Graph> convnext_base(const NetworkOptions& options) {
  Builder b("convnext_base", options);
  constexpr std::array kStages = {Stage{3, 128}, Stage{3, 256}, Stage{27, 512}, Stage{3, 1024}};
  ValueId x = b.input();
  for (std::size_t stage = 0; stage < kStages.size(); ++stage) {
    const std::int64_t width = kStages[stage].width;
    const std::string before = fmt::format("features.{}", 2 * stage);
    if (stage == 0) {
      x = b.conv2d(x, before + ".0", {.outputs = width, .kernel = 4, .stride = 4, .bias = true, .gain = 1.0});
      x = layer_norm_2d(b, x, before + ".1");
    } else {
      x = layer_norm_2d(b, x, before + ".0");
      x = b.conv2d(x, before + ".1", {.outputs = width, .kernel = 2, .stride = 2, .bias = true, .gain = 1.0});
    }
    for (int index = 0; index < kStages[stage].depth; ++index) {
      x = block(b, x, fmt::format("features.{}.{}", 2 * stage + 1, index));
    }
  }
  x = layer_norm_2d(b, b.adaptive_avg_pool(x, "avgpool", 1), "classifier.0");
  x = b.flatten(x, "classifier.1", 1, 3);
  return b.finish(b.linear(x, "classifier.2", {.outputs = b.classes(), .gain = 1.0}));
}

}  // namespace wattlens::network::zoo
