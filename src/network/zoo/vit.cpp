// Vision Transformer (Dosovitskiy et al. 2020, arXiv:2010.11929).
#include <fmt/format.h>

#include <string>

#include "network/zoo/families.h"

namespace wattlens::network::zoo {
namespace {

constexpr double kEpsilon = 1e-6;
constexpr std::int64_t kPatch = 16;
constexpr std::int64_t kWidth = 768;
constexpr int kHeads = 12;
constexpr int kDepth = 12;
constexpr Initialisation kToken = {-0.5, 0.5};

ValueId encoder_layer(Builder& b, ValueId x, const std::string& name) {
  const std::string attention = name + ".self_attention";
  ValueId y = b.layer_norm(x, name + ".ln_1", kEpsilon);
  // A gain of 2 makes the attention choose among the tokens; with 1 it nearly averages them all.
  y = b.linear(y, attention + ".in_proj", {.outputs = 3 * kWidth, .gain = 2.0, .joint = "_"});
  y = b.attention(y, attention, kHeads);
  y = b.linear(y, attention + ".out_proj", {.outputs = kWidth, .gain = 1.0});
  x = b.add(y, x, name + ".add1");
  y = b.layer_norm(x, name + ".ln_2", kEpsilon);
  y = b.gelu(b.linear(y, name + ".mlp.0", {.outputs = 4 * kWidth, .gain = 1.0}), name + ".mlp.1");
  y = b.linear(y, name + ".mlp.3", {.outputs = kWidth});
  return b.add(x, y, name + ".add2");
}

}  // namespace

Result<Graph> vit_b_16(const NetworkOptions& options) {
  Builder b("vit_b_16", options);
  if (options.image_size % kPatch != 0) {
    b.refuse(
        fmt::format("images of {0} x {0} pixels do not divide into patches of {1} x {1}", options.image_size, kPatch));
  }
  ValueId x = b.conv2d(b.input(), "conv_proj",
                       {.outputs = kWidth, .kernel = kPatch, .stride = kPatch, .bias = true, .gain = 1.0});
  x = b.permute(b.flatten(x, "patches", 2, 3), "tokens", {0, 2, 1});
  x = b.prepend_token(x, "class_token", kToken);
  x = b.add_position(x, "encoder.pos_embedding", kToken);
  for (int layer = 0; layer < kDepth; ++layer) {
    x = encoder_layer(b, x, fmt::format("encoder.layers.encoder_layer_{}", layer));
  }
  x = b.select_token(b.layer_norm(x, "encoder.ln", kEpsilon), "token", 0);
  return b.finish(b.linear(x, "heads.head", {.outputs = b.classes(), .gain = 1.0}));
}

}  // namespace wattlens::network::zoo
