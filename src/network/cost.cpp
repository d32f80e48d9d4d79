#include "network/cost.h"

#include <algorithm>

namespace wattlens::network {
namespace {

constexpr double kBytesPerElement = 4.0;

std::int64_t multiply_adds(const Graph& graph, const Node& node) {
  const std::int64_t outputs = element_count(graph.values[node.output].shape);
  switch (node.op) {
    case Op::conv2d:
    case Op::linear: {
      // A weight holds, per output channel, all that one output element is made of.
      const Shape& weight = graph.parameters[node.parameters.front()].shape;
      return outputs * (element_count(weight) / weight.front());
    }
    case Op::attention: {
      const Shape& out = graph.values[node.output].shape;
      return 2 * out[1] * outputs;  // q k^T, then the weights times v: length^2 x width each
    }
    default: return 0;
  }
}

std::int64_t activations(const Graph& graph, const Node& node) {
  const Shape& out = graph.values[node.output].shape;
  switch (node.op) {
    case Op::conv2d:
    case Op::linear: return element_count(out);
    case Op::attention: return attributes<Attention>(node).heads * out[1] * out[1] + element_count(out);
    default: return 0;
  }
}

LayerCost layer_cost(const Graph& graph, const Node& node, std::vector<bool>& counted) {
  LayerCost layer;
  layer.name = node.name;
  layer.op = node.op;
  layer.output = graph.values[node.output].shape;
  layer.multiply_adds = multiply_adds(graph, node);
  const std::int64_t outputs = element_count(layer.output);
  layer.activations = activations(graph, node);
  if (node.op == Op::dropout || node.op == Op::flatten) return layer;  // nothing moves
  std::int64_t moved = outputs;
  for (const std::size_t input : node.inputs) {
    const bool reads_a_part = node.op == Op::slice_channels || node.op == Op::select_token;
    moved += reads_a_part ? outputs : element_count(graph.values[input].shape);
  }
  for (const std::size_t index : node.parameters) {
    const Parameter& parameter = graph.parameters[index];
    const std::int64_t elements = element_count(parameter.shape);
    moved += elements;
    if (is_trainable(parameter.kind) && !counted[index]) layer.parameters += elements;
    counted[index] = true;
  }
  layer.bytes = {kBytesPerElement * static_cast<double>(moved)};
  return layer;
}

base::Bytes peak_activation_bytes(const Graph& graph) {
  std::vector<std::size_t> last_use(graph.values.size(), 0);
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    for (const std::size_t input : graph.nodes[i].inputs) last_use[input] = i;
  }
  last_use[graph.output] = graph.nodes.size();
  std::int64_t alive = element_count(graph.values[graph.input].shape);
  std::int64_t peak = alive;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const Node& node = graph.nodes[i];
    alive += element_count(graph.values[node.output].shape);
    peak = std::max(peak, alive);
    std::vector<std::size_t> read = node.inputs;
    std::ranges::sort(read);
    read.erase(std::ranges::unique(read).begin(), read.end());
    for (const std::size_t input : read) {
      if (last_use[input] == i) alive -= element_count(graph.values[input].shape);
    }
  }
  return {kBytesPerElement * static_cast<double>(peak)};
}

}  // namespace

Cost cost(const Graph& graph) {
  Cost total;
  std::vector<bool> counted(graph.parameters.size(), false);
  for (const Node& node : graph.nodes) {
    const LayerCost& layer = total.layers.emplace_back(layer_cost(graph, node, counted));
    total.parameters += layer.parameters;
    total.multiply_adds += layer.multiply_adds;
    total.activations += layer.activations;
    total.bytes += layer.bytes;
  }
  for (const Parameter& parameter : graph.parameters) {
    total.weight_bytes.value += kBytesPerElement * static_cast<double>(element_count(parameter.shape));
  }
  total.peak_activation_bytes = peak_activation_bytes(graph);
  return total;
}

}  // namespace wattlens::network
