// ShuffleNetV2 (Ma et al. 2018, arXiv:1807.11164).
#include <fmt/format.h>

#include <array>
#include <string>

#include "network/zoo/families.h"

namespace wattlens::network::zoo {
namespace {

struct Stage {
  int depth;
  std::int64_t outputs;
};

ValueId depthwise(Builder& b, ValueId x, const std::string& conv, const std::string& norm, int stride) {
  const std::int64_t channels = b.shape(x)[1];
  const ConvOptions options = {
      .outputs = channels, .kernel = 3, .stride = stride, .padding = 1, .groups = static_cast<int>(channels)};
  return b.batch_norm(b.conv2d(x, conv, options), norm);
}

ValueId inverted_residual(Builder& b, ValueId x, const std::string& name, std::int64_t outputs, int stride) {
  const std::int64_t branch = outputs / 2;
  const auto at = [&](std::string_view module) { return fmt::format("{}.{}", name, module); };
  ValueId first = x;
  ValueId second = x;
  if (stride == 1) {
    first = b.slice_channels(x, at("chunk1"), 0, branch);
    second = b.slice_channels(x, at("chunk2"), branch, outputs);
  } else {
    first = depthwise(b, x, at("branch1.0"), at("branch1.1"), stride);
    first = b.conv2d(first, at("branch1.2"), {.outputs = branch, .gain = 1.0});  // no ReLU before it
    first = b.relu(b.batch_norm(first, at("branch1.3")), at("branch1.4"));
  }
  second = b.conv2d(second, at("branch2.0"), {.outputs = branch});
  second = b.relu(b.batch_norm(second, at("branch2.1")), at("branch2.2"));
  second = depthwise(b, second, at("branch2.3"), at("branch2.4"), stride);
  second = b.conv2d(second, at("branch2.5"), {.outputs = branch, .gain = 1.0});  // no ReLU before it
  second = b.relu(b.batch_norm(second, at("branch2.6")), at("branch2.7"));
  const std::array parts = {first, second};
  return b.channel_shuffle(b.concat(parts, at("concat")), at("shuffle"), 2);
}

}  // namespace

Result<Graph> shufflenet_v2_x0_5(const NetworkOptions& options) {
  Builder b("shufflenet_v2_x0_5", options);
  ValueId x = b.conv2d(b.input(), "conv1.0", {.outputs = 24, .kernel = 3, .stride = 2, .padding = 1, .gain = 1.0});
  x = b.relu(b.batch_norm(x, "conv1.1"), "conv1.2");
  x = b.max_pool(x, "maxpool", {.kernel = 3, .stride = 2, .padding = 1});
  constexpr std::array kStages = {Stage{4, 48}, Stage{8, 96}, Stage{4, 192}};
  for (std::size_t stage = 0; stage < kStages.size(); ++stage) {
    for (int block = 0; block < kStages[stage].depth; ++block) {
      x = inverted_residual(b, x, fmt::format("stage{}.{}", stage + 2, block), kStages[stage].outputs,
                            block == 0 ? 2 : 1);
    }
  }
  x = b.conv2d(x, "conv5.0", {.outputs = 1024});
  x = b.relu(b.batch_norm(x, "conv5.1"), "conv5.2");
  x = b.flatten(b.adaptive_avg_pool(x, "mean", 1), "flatten", 1, 3);
  return b.finish(b.linear(x, "fc", {.outputs = b.classes()}));
}

}  // namespace wattlens::network::zoo
