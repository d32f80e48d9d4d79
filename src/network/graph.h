// A network as plain data: named values with shapes, nodes that compute them, and parameters with the rule that fills
// them. Made by network::Builder, read by the cost model, the ONNX writer and the engines.
//
// Parameters are named as torchvision's state_dict names them. Plain values: copies are independent, and a const Graph
// may be read by any number of threads.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace wattlens::network {

// The dimensions of a tensor, outermost first. kBatch stands for the number of images, known only when the network
// runs.
using Shape = std::vector<std::int64_t>;
inline constexpr std::int64_t kBatch = -1;

// The number of elements; a kBatch dimension counts as `batch`.
std::int64_t element_count(std::span<const std::int64_t> shape, std::int64_t batch = 1);
std::string to_string(std::span<const std::int64_t> shape);  // "N x 64 x 56 x 56"

enum class Op {
  conv2d,        // Conv2d; parameters: weight [out, in / groups, kernel, kernel], then bias [out] where it has one
  batch_norm,    // of the inference phase, over axis 1; parameters: weight, bias, running_mean, running_var
  layer_norm,    // over the last axis; parameters: weight, bias
  linear,        // over the last axis; parameters: weight [out, in], bias [out]
  attention,     // Attention; softmax(q k^T / sqrt(width)) v per head, of one input [N, length, 3 x width of all heads]
  relu,          //
  relu6,         // min(max(x, 0), 6)
  gelu,          // the exact one, x (1 + erf(x / sqrt 2)) / 2
  max_pool,      // Pool
  average_pool,  // Pool, without padding
  adaptive_avg_pool,  // AdaptivePool; cell i of `size` averages floor(i in / size) .. ceil((i + 1) in / size)
  add,                // of two values of one shape
  scale,              // times a parameter that broadcasts
  add_parameter,      // plus a parameter that broadcasts
  prepend_token,      // [N, length, width] -> [N, 1 + length, width]; parameter: the token [1, 1, width]
  select_token,       // Select; [N, length, width] -> [N, width]
  concat,             // Concat; any number of inputs
  slice_channels,     // Slice; channels begin .. end - 1 of axis 1
  channel_shuffle,    // Shuffle; axis 1 as [groups, channels / groups], transposed
  permute,            // Permute
  flatten,            // Flatten; the axes from `first` to `last` become one
  dropout,            // the identity in inference
};

std::string_view to_string(Op op);

struct Conv2d {
  int kernel = 1;
  int stride = 1;
  int padding = 0;
  int groups = 1;
};
struct Norm {
  double epsilon = 1e-5;
};
struct Attention {
  int heads = 1;
};
struct Pool {
  int kernel = 2;
  int stride = 2;
  int padding = 0;
};
struct AdaptivePool {
  int size = 1;
};
struct Select {
  int index = 0;
};
struct Concat {
  int axis = 1;
};
struct Slice {
  std::int64_t begin = 0;
  std::int64_t end = 0;
};
struct Shuffle {
  int groups = 2;
};
struct Permute {
  std::vector<int> order;  // axis i of the output is axis order[i] of the input
};
struct Flatten {
  int first = 1;
  int last = 1;
};

// Which alternative a node holds follows from its Op, as the list of Op says; std::monostate where it says nothing.
// batch_norm and layer_norm hold Norm.
using Attributes = std::variant<std::monostate, Conv2d, Norm, Attention, Pool, AdaptivePool, Select, Concat, Slice,
                                Shuffle, Permute, Flatten>;

struct Value {
  std::string name;
  Shape shape;
};

enum class ParameterKind { weight, bias, running_mean, running_var, layer_scale, token, position };

// Running statistics are state, not parameters that training changes: published parameter counts leave them out.
bool is_trainable(ParameterKind kind);

// Uniform over [low, high); constant where both are equal.
struct Initialisation {
  double low = 0.0;
  double high = 0.0;
};

struct Parameter {
  std::string name;  // as in torchvision's state_dict
  Shape shape;
  ParameterKind kind = ParameterKind::weight;
  Initialisation initialisation;
};

// Inputs, output and parameters are positions in the lists of the Graph.
struct Node {
  std::string name;  // the module's path in torchvision, made unique
  Op op = Op::relu;
  Attributes attributes;
  std::vector<std::size_t> inputs;
  std::size_t output = 0;
  std::vector<std::size_t> parameters;
};

struct Graph {
  std::string name;
  std::int64_t image_size = 0;  // pixels, height and width
  std::int64_t classes = 0;
  std::vector<Value> values;
  std::vector<Node> nodes;            // each after those whose outputs it reads
  std::vector<Parameter> parameters;  // in the order of their first use; no name twice
  std::size_t input = 0;              // "input", [N, 3, image_size, image_size]
  std::size_t output = 0;             // "logits", [N, classes]
};

// The attributes of a node whose Op implies them.
template <class T>
const T& attributes(const Node& node) {
  return std::get<T>(node.attributes);
}

}  // namespace wattlens::network
