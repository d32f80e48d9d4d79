#include "network/operator_cost.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <limits>
#include <optional>
#include <set>
#include <string_view>

namespace wattlens::network {
namespace {

using Sizes = std::vector<std::int64_t>;

constexpr double kBytesPerElement = 4.0;

bool is_one_of(std::string_view type, std::span<const std::string_view> types) {
  return std::ranges::find(types, type) != types.end();
}

bool is_convolution(std::string_view type) {
  static constexpr std::array<std::string_view, 5> kTypes{"Convolution", "GroupConvolution", "aten::conv2d",
                                                          "aten::_convolution", "aten::convolution"};
  return is_one_of(type, kTypes);
}

bool is_transposed_convolution(std::string_view type) {
  static constexpr std::array<std::string_view, 3> kTypes{"ConvolutionBackpropData", "GroupConvolutionBackpropData",
                                                          "aten::conv_transpose2d"};
  return is_one_of(type, kTypes);
}

bool is_matrix_product(std::string_view type) {
  static constexpr std::array<std::string_view, 4> kTypes{"MatMul", "aten::matmul", "aten::bmm", "aten::mm"};
  return is_one_of(type, kTypes);
}

bool is_linear(std::string_view type) { return type == "FullyConnected" || type == "aten::linear"; }

bool is_attention(std::string_view type) {
  return type == "ScaledDotProductAttention" || type == "aten::scaled_dot_product_attention";
}

bool is_batch_norm(std::string_view type) { return type == "BatchNormInference" || type == "aten::batch_norm"; }

bool is_not_counted(std::string_view type) {
  static constexpr std::array<std::string_view, 13> kTypes{"Einsum",
                                                           "LSTMSequence",
                                                           "LSTMCell",
                                                           "GRUSequence",
                                                           "GRUCell",
                                                           "RNNSequence",
                                                           "RNNCell",
                                                           "TensorIterator",
                                                           "Loop",
                                                           "If",
                                                           "DeformableConvolution",
                                                           "BinaryConvolution",
                                                           "aten::einsum"};
  return is_one_of(type, kTypes);
}

// Only another view of the same numbers, or their shape.
bool moves_nothing(std::string_view type) {
  static constexpr std::array<std::string_view, 10> kTypes{
      "Reshape",       "Squeeze",       "Unsqueeze",       "ShapeOf",       "Flatten",
      "aten::flatten", "aten::reshape", "aten::unsqueeze", "aten::squeeze", "aten::dropout"};
  return is_one_of(type, kTypes);
}

// Shapes come from workers in any language: what overflows stays at the largest number.
std::int64_t times(std::int64_t a, std::int64_t b) {
  std::int64_t product = 0;
  return __builtin_mul_overflow(a, b, &product) ? std::numeric_limits<std::int64_t>::max() : product;
}

void add(std::int64_t& sum, std::int64_t more) {
  if (__builtin_add_overflow(sum, more, &sum)) sum = std::numeric_limits<std::int64_t>::max();
}

std::int64_t elements(std::span<const std::int64_t> shape) {
  std::int64_t count = 1;
  for (const std::int64_t size : shape) count = times(count, std::max<std::int64_t>(0, size));
  return count;
}

// Rows times columns of the matrices in a shape: its last two dimensions.
double matrix_elements(const Sizes& shape) {
  return static_cast<double>(elements(std::span(shape).last(std::min<std::size_t>(2, shape.size()))));
}

// How many products make one element of a @ b. Whether either is transposed need not be known:
// (m x k)(k x n) / (m x n) = k^2.
std::int64_t contraction(const Sizes& a, const Sizes& b, const Sizes& out) {
  if (a.empty() || b.empty()) return 0;
  if (a.size() == 1) return a.front();
  if (b.size() == 1) return b.front();
  const double made = matrix_elements(out);
  return made > 0.0 ? std::llround(std::min(0x1p62, std::sqrt(matrix_elements(a) * matrix_elements(b) / made))) : 0;
}

// Elements of a weight per output channel, of which one output element is made.
std::int64_t convolution(const Operator& op) {
  const Sizes& out = op.outputs.front();
  return out.size() < 2 || out[1] < 1 ? 0 : times(elements(out), elements(op.inputs[1]) / out[1]);
}

std::int64_t transposed_convolution(const Operator& op) {
  const Sizes& in = op.inputs.front();
  return in.size() < 2 || in[1] < 1 ? 0 : times(elements(in), elements(op.inputs[1]) / in[1]);
}

// Queries [..., l, e], keys [..., s, e], values [..., s, v]: q k^T, then the weights times v. The built-in networks
// have all three in one input [batch, l, 3 e].
std::int64_t attention(const Operator& op) {
  const Sizes& out = op.outputs.front();
  if (op.inputs.size() == 1) return out.size() < 2 ? 0 : times(2 * out[out.size() - 2], elements(out));
  const Sizes& query = op.inputs[0];
  const Sizes& key = op.inputs[1];
  if (query.empty() || key.size() < 2) return 0;
  const std::int64_t rows = elements(query) / std::max<std::int64_t>(1, query.back());
  return times(rows, times(key[key.size() - 2], query.back() + out.back()));
}

// addmm(bias, a, b): the product is that of the last two.
std::int64_t multiply_adds(const Operator& op) {
  if (op.outputs.empty() || op.inputs.empty()) return 0;
  const Sizes& out = op.outputs.front();
  if (is_attention(op.type) && !out.empty()) return attention(op);
  if (op.inputs.size() < 2) return 0;
  if (is_convolution(op.type)) return convolution(op);
  if (is_transposed_convolution(op.type)) return transposed_convolution(op);
  if (is_linear(op.type)) return op.inputs[0].empty() ? 0 : times(elements(out), op.inputs[0].back());
  if (is_matrix_product(op.type)) return times(elements(out), contraction(op.inputs[0], op.inputs[1], out));
  if (op.type == "aten::addmm" && op.inputs.size() > 2) {
    return times(elements(out), contraction(op.inputs[1], op.inputs[2], out));
  }
  return 0;
}

std::int64_t activations(const Operator& op) {
  std::int64_t made = elements(op.outputs.front());
  if (is_attention(op.type) && op.inputs.size() > 1) {
    const std::int64_t rows = elements(op.inputs[0]) / std::max<std::int64_t>(1, op.inputs[0].back());
    add(made, times(rows, op.inputs[1][op.inputs[1].size() - 2]));
  }
  return made;
}

// Scale and shift come first, then the running mean and variance, which training does not set.
std::span<const Weight> trained(const Operator& op) {
  const std::span<const Weight> all = op.weights;
  return is_batch_norm(op.type) && all.size() == 4 ? all.first(2) : all;
}

OperatorCost operator_cost(const Operator& op, std::set<std::string, std::less<>>& seen) {
  OperatorCost cost{.name = op.name, .type = op.type};
  if (!op.outputs.empty()) cost.output = op.outputs.front();
  for (const Weight& weight : trained(op)) {
    if (seen.insert(weight.name).second) add(cost.parameters, elements(weight.shape));
  }
  cost.multiply_adds = multiply_adds(op);
  if (cost.multiply_adds > 0) cost.activations = activations(op);
  if (moves_nothing(op.type)) return cost;
  std::int64_t moved = 0;
  for (const Sizes& shape : op.inputs) add(moved, elements(shape));
  for (const Sizes& shape : op.outputs) add(moved, elements(shape));
  cost.bytes = {kBytesPerElement * static_cast<double>(moved)};
  return cost;
}

}  // namespace

ModelCost cost(std::span<const Operator> operators) {
  ModelCost total;
  std::set<std::string, std::less<>> trained_seen;
  std::set<std::string, std::less<>> all_seen;
  for (const Operator& op : operators) {
    const OperatorCost& one = total.operators.emplace_back(operator_cost(op, trained_seen));
    add(total.parameters, one.parameters);
    add(total.multiply_adds, one.multiply_adds);
    add(total.activations, one.activations);
    total.bytes += one.bytes;
    for (const Weight& weight : op.weights) {
      if (!all_seen.insert(weight.name).second) continue;
      total.weight_bytes.value += kBytesPerElement * static_cast<double>(elements(weight.shape));
    }
    if (is_not_counted(op.type) && std::ranges::find(total.not_counted, op.type) == total.not_counted.end()) {
      total.not_counted.push_back(op.type);
    }
  }
  return total;
}

}  // namespace wattlens::network
