#include "network/onnx_nodes.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

namespace wattlens::network::onnx {
namespace {

using Integers = std::vector<std::int64_t>;

// In Reshape, 0 keeps the dimension that stands there: the batch need not be known.
constexpr std::int64_t kKeep = 0;

class NodeWriter {
 public:
  NodeWriter(GraphWriter& writer, const Graph& graph, std::int64_t batch)
      : writer_(writer), graph_(graph), batch_(batch) {
    for (const Value& value : graph.values) names_.push_back(value.name);
  }

  void write(const Node& node);
  const std::string& name_of(std::size_t value) const { return names_[value]; }

 private:
  const std::string& in(const Node& node, std::size_t index = 0) const { return names_[node.inputs[index]]; }
  const std::string& out(const Node& node) const { return names_[node.output]; }
  const std::string& parameter(const Node& node, std::size_t index) const {
    return graph_.parameters[node.parameters[index]].name;
  }
  const Shape& shape(std::size_t value) const { return graph_.values[value].shape; }
  // Names for what an operator needs inside: unique because node names are.
  static std::string inner(const Node& node, std::string_view what) { return fmt::format("{}/{}", node.name, what); }

  // The inputs, then the parameters.
  std::vector<std::string> inputs_and_parameters(const Node& node) const;
  std::string reshape(const Node& node, std::string output, std::string_view what, const std::string& x,
                      const Integers& target);

  void conv2d(const Node& node);
  void pool(const Node& node);
  void linear(const Node& node);
  void attention(const Node& node);
  void gelu(const Node& node);
  void relu6(const Node& node);
  void adaptive_avg_pool(const Node& node);
  void prepend_token(const Node& node);
  void slice_channels(const Node& node);
  void channel_shuffle(const Node& node);
  void flatten(const Node& node);

  GraphWriter& writer_;
  const Graph& graph_;
  std::int64_t batch_;
  std::vector<std::string> names_;  // of the values; what dropout passes on keeps its old name
};

std::vector<std::string> NodeWriter::inputs_and_parameters(const Node& node) const {
  std::vector<std::string> names;
  names.reserve(node.inputs.size() + node.parameters.size());
  for (const std::size_t input : node.inputs) names.push_back(names_[input]);
  for (std::size_t i = 0; i < node.parameters.size(); ++i) names.push_back(parameter(node, i));
  return names;
}

std::string NodeWriter::reshape(const Node& node, std::string output, std::string_view what, const std::string& x,
                                const Integers& target) {
  return writer_.node("Reshape", std::move(output), {x, writer_.constant(inner(node, what), target)});
}

void NodeWriter::write(const Node& node) {
  switch (node.op) {
    case Op::conv2d: return conv2d(node);
    case Op::batch_norm: {
      const std::array<Attribute, 1> norm = {{{"epsilon", attributes<Norm>(node).epsilon}}};
      writer_.node("BatchNormalization", out(node), inputs_and_parameters(node), norm);
      return;
    }
    case Op::layer_norm: {
      const std::array<Attribute, 2> norm = {{{"axis", std::int64_t{-1}}, {"epsilon", attributes<Norm>(node).epsilon}}};
      writer_.node("LayerNormalization", out(node), inputs_and_parameters(node), norm);
      return;
    }
    case Op::linear: return linear(node);
    case Op::attention: return attention(node);
    case Op::relu: writer_.node("Relu", out(node), {in(node)}); return;
    case Op::relu6: return relu6(node);
    case Op::gelu: return gelu(node);
    case Op::max_pool:
    case Op::average_pool: return pool(node);
    case Op::adaptive_avg_pool: return adaptive_avg_pool(node);
    case Op::add: writer_.node("Add", out(node), {in(node, 0), in(node, 1)}); return;
    case Op::scale: writer_.node("Mul", out(node), {in(node), parameter(node, 0)}); return;
    case Op::add_parameter: writer_.node("Add", out(node), {in(node), parameter(node, 0)}); return;
    case Op::prepend_token: return prepend_token(node);
    case Op::select_token: {
      const std::int64_t index = attributes<Select>(node).index;
      const std::string which = writer_.constant(inner(node, "index"), std::span(&index, 1), true);
      writer_.node("Gather", out(node), {in(node), which}, {{"axis", std::int64_t{1}}});
      return;
    }
    case Op::concat: {
      const std::array<Attribute, 1> axis = {{{"axis", std::int64_t{attributes<Concat>(node).axis}}}};
      writer_.node("Concat", out(node), inputs_and_parameters(node), axis);
      return;
    }
    case Op::slice_channels: return slice_channels(node);
    case Op::channel_shuffle: return channel_shuffle(node);
    case Op::permute: {
      const std::vector<int>& order = attributes<Permute>(node).order;
      writer_.node("Transpose", out(node), {in(node)}, {{"perm", Integers(order.begin(), order.end())}});
      return;
    }
    case Op::flatten: return flatten(node);
    case Op::dropout: names_[node.output] = in(node); return;
  }
}

void NodeWriter::conv2d(const Node& node) {
  const auto& conv = attributes<Conv2d>(node);
  const std::array<Attribute, 4> given = {{{"kernel_shape", Integers(2, conv.kernel)},
                                           {"strides", Integers(2, conv.stride)},
                                           {"pads", Integers(4, conv.padding)},
                                           {"group", std::int64_t{conv.groups}}}};
  writer_.node("Conv", out(node), inputs_and_parameters(node), given);
}

void NodeWriter::pool(const Node& node) {
  const auto& window = attributes<Pool>(node);
  writer_.node(node.op == Op::max_pool ? "MaxPool" : "AveragePool", out(node), {in(node)},
               {{"kernel_shape", Integers(2, window.kernel)},
                {"strides", Integers(2, window.stride)},
                {"pads", Integers(4, window.padding)}});
}

void NodeWriter::linear(const Node& node) {
  if (shape(node.inputs.front()).size() == 2) {
    const std::array<Attribute, 1> transposed = {{{"transB", std::int64_t{1}}}};
    writer_.node("Gemm", out(node), inputs_and_parameters(node), transposed);
    return;
  }
  // Engines fold the transposition of a constant; the weight itself stays as the state dict has it.
  const std::string weight =
      writer_.node("Transpose", inner(node, "weight"), {parameter(node, 0)}, {{"perm", Integers{1, 0}}});
  const std::string product = writer_.node("MatMul", inner(node, "product"), {in(node), weight});
  writer_.node("Add", out(node), {product, parameter(node, 1)});
}

void NodeWriter::attention(const Node& node) {
  const Shape& result = shape(node.output);
  const std::int64_t length = result[1];
  const std::int64_t width = result[2];
  const std::int64_t heads = attributes<Attention>(node).heads;
  const std::int64_t head_width = width / heads;
  const std::string split = writer_.constant(inner(node, "split"), Integers{kKeep, length, heads, head_width});
  const auto part = [&](std::string_view what, std::int64_t index, const Integers& order) {
    const std::string at = inner(node, what);
    const std::string sliced = writer_.node(
        "Slice", at + "_slice",
        {in(node), writer_.constant(at + "_begin", Integers{index * width}),
         writer_.constant(at + "_end", Integers{(index + 1) * width}), writer_.constant(at + "_axis", Integers{2})});
    const std::string shaped = writer_.node("Reshape", at + "_heads", {sliced, split});
    return writer_.node("Transpose", at, {shaped}, {{"perm", order}});
  };
  const std::string q = part("q", 0, {0, 2, 1, 3});
  const std::string k = part("k", 1, {0, 2, 3, 1});
  const std::string v = part("v", 2, {0, 2, 1, 3});
  const auto factor = static_cast<float>(1.0 / std::sqrt(static_cast<double>(head_width)));
  const std::string scale = writer_.constant(inner(node, "scale"), std::span(&factor, 1), {});
  const std::string scores = writer_.node("MatMul", inner(node, "scores"), {q, k});
  const std::string scaled = writer_.node("Mul", inner(node, "scaled"), {scores, scale});
  const std::string weights = writer_.node("Softmax", inner(node, "weights"), {scaled}, {{"axis", std::int64_t{-1}}});
  const std::string mixed = writer_.node("MatMul", inner(node, "mixed"), {weights, v});
  const std::string merged =
      writer_.node("Transpose", inner(node, "merged"), {mixed}, {{"perm", Integers{0, 2, 1, 3}}});
  reshape(node, out(node), "joined", merged, {kKeep, length, width});
}

// Opset 17 has no Gelu; engines fuse x (1 + erf(x / sqrt 2)) / 2 in this form.
void NodeWriter::gelu(const Node& node) {
  const auto constant = [&](std::string_view what, float value) {
    return writer_.constant(inner(node, what), std::span(&value, 1), {});
  };
  const std::string scaled =
      writer_.node("Div", inner(node, "scaled"), {in(node), constant("sqrt_2", std::sqrt(2.0F))});
  const std::string erf = writer_.node("Erf", inner(node, "erf"), {scaled});
  const std::string shifted = writer_.node("Add", inner(node, "shifted"), {erf, constant("one", 1.0F)});
  const std::string twice = writer_.node("Mul", inner(node, "twice"), {in(node), shifted});
  writer_.node("Mul", out(node), {twice, constant("half", 0.5F)});
}

void NodeWriter::relu6(const Node& node) {
  const float low = 0.0F;
  const float high = 6.0F;
  writer_.node("Clip", out(node),
               {in(node), writer_.constant(inner(node, "low"), std::span(&low, 1), {}),
                writer_.constant(inner(node, "high"), std::span(&high, 1), {})});
}

// Row i of the result averages cells floor(i in / out) .. ceil((i + 1) in / out), as torch's adaptive_avg_pool2d.
std::vector<float> averaging_matrix(std::int64_t in, std::int64_t out) {
  std::vector<float> matrix(static_cast<std::size_t>(in * out), 0.0F);
  for (std::int64_t i = 0; i < out; ++i) {
    const std::int64_t begin = i * in / out;
    const std::int64_t end = ((i + 1) * in + out - 1) / out;
    for (std::int64_t j = begin; j < end; ++j) {
      matrix[static_cast<std::size_t>(i * in + j)] = 1.0F / static_cast<float>(end - begin);
    }
  }
  return matrix;
}

void NodeWriter::adaptive_avg_pool(const Node& node) {
  const std::int64_t size = attributes<AdaptivePool>(node).size;
  const std::int64_t from = shape(node.inputs.front())[2];
  if (size == 1) {
    writer_.node("GlobalAveragePool", out(node), {in(node)});
  } else if (from % size == 0) {
    writer_.node("AveragePool", out(node), {in(node)},
                 {{"kernel_shape", Integers(2, from / size)}, {"strides", Integers(2, from / size)}});
  } else {
    // Cells of unequal width: two products with a matrix of averages, A x A^T.
    const std::string left = writer_.constant(inner(node, "average"), averaging_matrix(from, size), {size, from});
    const std::string right =
        writer_.node("Transpose", inner(node, "average_transposed"), {left}, {{"perm", Integers{1, 0}}});
    const std::string rows = writer_.node("MatMul", inner(node, "rows"), {left, in(node)});
    writer_.node("MatMul", out(node), {rows, right});
  }
}

void NodeWriter::prepend_token(const Node& node) {
  std::string target = inner(node, "shape");
  const std::int64_t width = shape(node.output)[2];
  if (batch_ == kBatch) {
    const std::string count =
        writer_.node("Shape", inner(node, "batch"), {in(node)}, {{"start", std::int64_t{0}}, {"end", std::int64_t{1}}});
    const std::string rest = writer_.constant(inner(node, "rest"), Integers{1, width});
    target = writer_.node("Concat", target, {count, rest}, {{"axis", std::int64_t{0}}});
  } else {
    target = writer_.constant(target, Integers{batch_, 1, width});
  }
  const std::string tokens = writer_.node("Expand", inner(node, "tokens"), {parameter(node, 0), target});
  writer_.node("Concat", out(node), {tokens, in(node)}, {{"axis", std::int64_t{1}}});
}

void NodeWriter::slice_channels(const Node& node) {
  const auto& slice = attributes<Slice>(node);
  writer_.node(
      "Slice", out(node),
      {in(node), writer_.constant(inner(node, "begin"), Integers{slice.begin}),
       writer_.constant(inner(node, "end"), Integers{slice.end}), writer_.constant(inner(node, "axis"), Integers{1})});
}

void NodeWriter::channel_shuffle(const Node& node) {
  const Shape& is = shape(node.output);
  const std::int64_t groups = attributes<Shuffle>(node).groups;
  const std::string grouped =
      reshape(node, inner(node, "grouped"), "grouped_shape", in(node), {kKeep, groups, is[1] / groups, is[2], is[3]});
  const std::string swapped =
      writer_.node("Transpose", inner(node, "swapped"), {grouped}, {{"perm", Integers{0, 2, 1, 3, 4}}});
  reshape(node, out(node), "shape", swapped, {kKeep, is[1], is[2], is[3]});
}

void NodeWriter::flatten(const Node& node) {
  Integers target = shape(node.output);
  if (target.size() == 2) {
    writer_.node("Flatten", out(node), {in(node)}, {{"axis", std::int64_t{1}}});
    return;
  }
  target.front() = kKeep;
  reshape(node, out(node), "shape", in(node), target);
}

Shape with_batch(Shape shape, std::int64_t batch) {
  for (std::int64_t& size : shape) {
    if (size == kBatch) size = batch;
  }
  return shape;
}

}  // namespace

void write_nodes(GraphWriter& writer, const Graph& graph, std::int64_t batch) {
  NodeWriter nodes(writer, graph, batch);
  for (const Node& node : graph.nodes) {
    nodes.write(node);
    if (node.op == Op::dropout || node.output == graph.output) continue;
    const Value& value = graph.values[node.output];
    writer.value(value.name, with_batch(value.shape, batch));
  }
  writer.name(graph.name);
  const Value& input = graph.values[graph.input];
  writer.input(input.name, with_batch(input.shape, batch));
  writer.output(nodes.name_of(graph.output), with_batch(graph.values[graph.output].shape, batch));
}

}  // namespace wattlens::network::onnx
