#include "network/graph.h"

#include <fmt/format.h>

namespace wattlens::network {

std::int64_t element_count(std::span<const std::int64_t> shape, std::int64_t batch) {
  std::int64_t count = 1;
  for (const std::int64_t dimension : shape) count *= dimension == kBatch ? batch : dimension;
  return count;
}

std::string to_string(std::span<const std::int64_t> shape) {
  std::string text;
  for (const std::int64_t dimension : shape) {
    if (!text.empty()) text += "×";
    text += dimension == kBatch ? "N" : fmt::to_string(dimension);
  }
  return text.empty() ? "scalar" : text;
}

std::string_view to_string(Op op) {
  switch (op) {
    case Op::conv2d: return "conv2d";
    case Op::batch_norm: return "batch_norm";
    case Op::layer_norm: return "layer_norm";
    case Op::linear: return "linear";
    case Op::attention: return "attention";
    case Op::relu: return "relu";
    case Op::relu6: return "relu6";
    case Op::gelu: return "gelu";
    case Op::max_pool: return "max_pool";
    case Op::average_pool: return "average_pool";
    case Op::adaptive_avg_pool: return "adaptive_avg_pool";
    case Op::add: return "add";
    case Op::scale: return "scale";
    case Op::add_parameter: return "add_parameter";
    case Op::prepend_token: return "prepend_token";
    case Op::select_token: return "select_token";
    case Op::concat: return "concat";
    case Op::slice_channels: return "slice_channels";
    case Op::channel_shuffle: return "channel_shuffle";
    case Op::permute: return "permute";
    case Op::flatten: return "flatten";
    case Op::dropout: return "dropout";
  }
  return "unknown";
}

bool is_trainable(ParameterKind kind) {
  return kind != ParameterKind::running_mean && kind != ParameterKind::running_var;
}

}  // namespace wattlens::network
