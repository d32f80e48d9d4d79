#include "engine/torch_network.h"

#include <ATen/ops/adaptive_avg_pool2d.h>
#include <ATen/ops/avg_pool2d.h>
#include <ATen/ops/batch_norm.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/gelu.h>
#include <ATen/ops/hardtanh.h>
#include <ATen/ops/layer_norm.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/max_pool2d.h>
#include <ATen/ops/relu.h>
#include <ATen/ops/scaled_dot_product_attention.h>

#include <array>
#include <cmath>
#include <optional>
#include <utility>

namespace wattlens::engine {
namespace {

using at::Tensor;
using network::attributes;
using network::Node;
using network::Op;

// Whether the result shares its storage with an input.
bool is_view(Op op) {
  return op == Op::dropout || op == Op::flatten || op == Op::permute || op == Op::select_token ||
         op == Op::slice_channels;
}

bool can_overwrite(Op op) {
  return op == Op::relu || op == Op::relu6 || op == Op::gelu || op == Op::add || op == Op::scale ||
         op == Op::add_parameter;
}

// What is known of a node before anything runs.
struct Step {
  std::vector<std::size_t> last_reads;  // values that nobody reads after it
  bool in_place = false;                // the first input is overwritten
};

std::vector<Step> plan_steps(const network::Graph& graph) {
  constexpr auto kNever = static_cast<std::size_t>(-1);
  std::vector<std::size_t> last_reader(graph.values.size(), kNever);
  std::vector<bool> own_storage(graph.values.size(), false);  // no other value lies in the same memory
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const Node& node = graph.nodes[i];
    for (const std::size_t input : node.inputs) last_reader[input] = i;
    own_storage[node.output] = !is_view(node.op);
    if (is_view(node.op)) own_storage[node.inputs.front()] = false;
  }
  last_reader[graph.output] = kNever;
  std::vector<Step> steps(graph.nodes.size());
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const Node& node = graph.nodes[i];
    const std::size_t first = node.inputs.front();
    for (const std::size_t input : node.inputs) {
      if (last_reader[input] == i && std::ranges::find(steps[i].last_reads, input) == steps[i].last_reads.end()) {
        steps[i].last_reads.push_back(input);
      }
    }
    const bool reads_it_twice = std::ranges::count(node.inputs, first) > 1;
    steps[i].in_place = can_overwrite(node.op) && own_storage[first] && last_reader[first] == i && !reads_it_twice;
  }
  return steps;
}

class TorchNetwork final : public TorchModel {
 public:
  TorchNetwork(network::Graph graph, std::vector<Tensor> parameters)
      : graph_(std::move(graph)), steps_(plan_steps(graph_)), parameters_(std::move(parameters)) {}

  Tensor forward(const Tensor& images) const override {
    std::vector<Tensor> values(graph_.values.size());
    values[graph_.input] = images;
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
      const Node& node = graph_.nodes[i];
      values[node.output] = compute(node, steps_[i].in_place, values);
      for (const std::size_t read : steps_[i].last_reads) values[read] = Tensor();
    }
    return std::move(values[graph_.output]);
  }

 private:
  const Tensor& parameter(const Node& node, std::size_t index) const { return parameters_[node.parameters[index]]; }

  std::optional<Tensor> optional_parameter(const Node& node, std::size_t index) const {
    if (index >= node.parameters.size()) return std::nullopt;
    return parameter(node, index);
  }

  Tensor compute(const Node& node, bool in_place, std::vector<Tensor>& values) const {
    Tensor& x = values[node.inputs.front()];
    switch (node.op) {
      case Op::conv2d:
      case Op::batch_norm:
      case Op::layer_norm:
      case Op::linear:
      case Op::attention: return layer(node, x);
      case Op::max_pool:
      case Op::average_pool:
      case Op::adaptive_avg_pool: return pool(node, x);
      case Op::relu: return in_place ? x.relu_() : x.relu();
      case Op::relu6: return in_place ? at::hardtanh_(x, 0.0, 6.0) : at::hardtanh(x, 0.0, 6.0);
      case Op::gelu: return in_place ? at::gelu_(x) : at::gelu(x);
      case Op::add: return in_place ? x.add_(values[node.inputs[1]]) : x.add(values[node.inputs[1]]);
      case Op::scale: return in_place ? x.mul_(parameter(node, 0)) : x.mul(parameter(node, 0));
      case Op::add_parameter: return in_place ? x.add_(parameter(node, 0)) : x.add(parameter(node, 0));
      default: return rearrange(node, x, values);
    }
  }

  Tensor layer(const Node& node, const Tensor& x) const {
    switch (node.op) {
      case Op::conv2d: {
        const auto& conv = attributes<network::Conv2d>(node);
        return at::conv2d(x, parameter(node, 0), optional_parameter(node, 1), conv.stride, conv.padding, 1,
                          conv.groups);
      }
      case Op::batch_norm:
        return at::batch_norm(x, parameter(node, 0), parameter(node, 1), parameter(node, 2), parameter(node, 3),
                              /*training=*/false, /*momentum=*/0.0, attributes<network::Norm>(node).epsilon,
                              /*cudnn_enabled=*/true);
      case Op::layer_norm:
        return at::layer_norm(x, {x.size(-1)}, parameter(node, 0), parameter(node, 1),
                              attributes<network::Norm>(node).epsilon);
      case Op::linear: return at::linear(x, parameter(node, 0), optional_parameter(node, 1));
      default: return attention(node, x);
    }
  }

  static Tensor attention(const Node& node, const Tensor& x) {
    const std::int64_t heads = attributes<network::Attention>(node).heads;
    const std::int64_t length = x.size(1);
    const std::int64_t width = x.size(2) / 3;
    const Tensor parts = x.view({-1, length, 3, heads, width / heads}).permute({2, 0, 3, 1, 4});
    const Tensor mixed = at::scaled_dot_product_attention(parts[0], parts[1], parts[2]);
    return mixed.transpose(1, 2).reshape({-1, length, width});
  }

  static Tensor pool(const Node& node, const Tensor& x) {
    if (node.op == Op::adaptive_avg_pool) {
      const std::int64_t size = attributes<network::AdaptivePool>(node).size;
      return at::adaptive_avg_pool2d(x, {size, size});
    }
    const auto& window = attributes<network::Pool>(node);
    if (node.op == Op::max_pool) return at::max_pool2d(x, window.kernel, window.stride, window.padding);
    return at::avg_pool2d(x, window.kernel, window.stride, window.padding);
  }

  Tensor rearrange(const Node& node, const Tensor& x, const std::vector<Tensor>& values) const {
    switch (node.op) {
      case Op::concat: {
        std::vector<Tensor> parts;
        parts.reserve(node.inputs.size());
        for (const std::size_t input : node.inputs) parts.push_back(values[input]);
        return at::cat(parts, attributes<network::Concat>(node).axis);
      }
      case Op::prepend_token: {
        const std::array parts = {parameter(node, 0).expand({x.size(0), -1, -1}), x};
        return at::cat(parts, 1);
      }
      case Op::select_token: return x.select(1, attributes<network::Select>(node).index);
      case Op::slice_channels: {
        const auto& slice = attributes<network::Slice>(node);
        return x.narrow(1, slice.begin, slice.end - slice.begin);
      }
      case Op::channel_shuffle: return shuffle(x, attributes<network::Shuffle>(node).groups);
      case Op::permute: {
        const auto& order = attributes<network::Permute>(node).order;
        const std::vector<std::int64_t> axes(order.begin(), order.end());
        return x.permute(axes);
      }
      case Op::flatten:
        return x.flatten(attributes<network::Flatten>(node).first, attributes<network::Flatten>(node).last);
      default: return x;  // dropout
    }
  }

  // at::channel_shuffle gives its result another layout than its input has.
  static Tensor shuffle(const Tensor& x, std::int64_t groups) {
    const std::int64_t in_group = x.size(1) / groups;
    if (!x.is_contiguous(at::MemoryFormat::ChannelsLast)) {
      return x.view({x.size(0), groups, in_group, x.size(2), x.size(3)}).transpose(1, 2).flatten(1, 2);
    }
    const Tensor pixels = x.permute({0, 2, 3, 1});
    return pixels.view({x.size(0), x.size(2), x.size(3), groups, in_group})
        .transpose(3, 4)
        .flatten(3, 4)
        .permute({0, 3, 1, 2});
  }

  network::Graph graph_;
  std::vector<Step> steps_;
  std::vector<Tensor> parameters_;
};

std::string_view operator_name(Op op) {
  switch (op) {
    case Op::conv2d: return "aten::conv2d";
    case Op::batch_norm: return "aten::batch_norm";
    case Op::layer_norm: return "aten::layer_norm";
    case Op::linear: return "aten::linear";
    case Op::attention: return "aten::scaled_dot_product_attention";
    case Op::relu: return "aten::relu";
    case Op::relu6: return "aten::hardtanh";
    case Op::gelu: return "aten::gelu";
    case Op::max_pool: return "aten::max_pool2d";
    case Op::average_pool: return "aten::avg_pool2d";
    case Op::adaptive_avg_pool: return "aten::adaptive_avg_pool2d";
    case Op::add:
    case Op::add_parameter: return "aten::add";
    case Op::scale: return "aten::mul";
    case Op::prepend_token:
    case Op::concat: return "aten::cat";
    case Op::select_token: return "aten::select";
    case Op::slice_channels: return "aten::narrow";
    case Op::channel_shuffle: return "aten::channel_shuffle";
    case Op::permute: return "aten::permute";
    case Op::flatten: return "aten::flatten";
    case Op::dropout: return "aten::dropout";
  }
  return "";
}

}  // namespace

std::unique_ptr<TorchModel> make_torch_network(network::Graph graph, const network::Weights& weights,
                                               const Placement& placement) {
  std::vector<Tensor> parameters;
  parameters.reserve(weights.tensors.size());
  for (std::size_t i = 0; i < weights.tensors.size(); ++i) {
    // LibTorch knows no read-only tensors; nothing here writes to a parameter.
    auto* const values = const_cast<float*>(weights.tensors[i].data());
    const Tensor lent =
        at::from_blob(values, graph.parameters[i].shape, [kept = weights.storage](void*) {}, at::kFloat);
    const bool has_layout = lent.dim() == 4;
    parameters.push_back(lent.to(lent.options().device(placement.device).dtype(placement.type), /*non_blocking=*/false,
                                 /*copy=*/false, has_layout ? placement.format : at::MemoryFormat::Preserve));
  }
  return std::make_unique<TorchNetwork>(std::move(graph), std::move(parameters));
}

std::vector<Operator> operators_of(const network::Graph& graph, std::int64_t batch) {
  const auto shape_of = [&](std::size_t value) {
    network::Shape shape = graph.values[value].shape;
    for (std::int64_t& size : shape) size = size == network::kBatch ? batch : size;
    return shape;
  };
  std::vector<Operator> operators;
  operators.reserve(graph.nodes.size());
  for (const Node& node : graph.nodes) {
    Operator entry{.type = std::string(operator_name(node.op)), .name = node.name, .inputs = {}, .outputs = {}};
    for (const std::size_t input : node.inputs) entry.inputs.push_back(shape_of(input));
    for (const std::size_t index : node.parameters) {
      const network::Parameter& parameter = graph.parameters[index];
      entry.inputs.push_back(parameter.shape);
      entry.weights.push_back({parameter.name, parameter.shape});
    }
    entry.outputs.push_back(shape_of(node.output));
    operators.push_back(std::move(entry));
  }
  return operators;
}

}  // namespace wattlens::engine
