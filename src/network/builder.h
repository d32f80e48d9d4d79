// Makes a Graph layer by layer, deriving every shape, naming every parameter and giving it the rule that fills it.
//
// The first thing that does not fit (an image too small for a pooling window) is kept, the rest of the calls do
// nothing, and finish() reports it. Not thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "network/graph.h"

namespace wattlens::network {

struct NetworkOptions {
  std::int64_t image_size = 224;  // pixels, height and width; 1 to 4096
  std::int64_t classes = 1000;    // 1 to 100,000
};

// A value of the graph that is being built.
struct ValueId {
  std::size_t index = 0;
};

// `gain` is the mean square of a layer's output over the mean square of its input: weights are drawn from
// U(-b, b) with b = sqrt(3 gain / fan-in). 2 makes up for a ReLU before the layer (He et al. 2015, equation 10),
// 1 is right for an input with mean 0.
struct ConvOptions {
  std::int64_t outputs = 1;
  int kernel = 1;
  int stride = 1;
  int padding = 0;
  int groups = 1;
  bool bias = false;
  double gain = 2.0;
};

struct LinearOptions {
  std::int64_t outputs = 1;
  double gain = 2.0;
  std::string_view joint = ".";  // between the layer's name and "weight": "_" in torch's MultiheadAttention
};

// What the weights of a normalisation are drawn from. Not 1 and 0, so that a name mixed up changes the output.
inline constexpr Initialisation kNormWeight = {0.8, 1.2};
inline constexpr Initialisation kSmallBias = {-0.1, 0.1};

class Builder {
 public:
  Builder(std::string_view network, const NetworkOptions& options);

  ValueId input();  // [N, 3, image_size, image_size]
  const Shape& shape(ValueId value) const { return graph_.values[value.index].shape; }
  std::int64_t classes() const { return graph_.classes; }
  std::int64_t image_size() const { return graph_.image_size; }

  // `name` is the module's path in torchvision; parameters are called `name`.weight, `name`.bias, …
  ValueId conv2d(ValueId x, std::string_view name, const ConvOptions& options);
  ValueId batch_norm(ValueId x, std::string_view name, Initialisation weight = kNormWeight);
  ValueId layer_norm(ValueId x, std::string_view name, double epsilon);
  ValueId linear(ValueId x, std::string_view name, const LinearOptions& options);
  ValueId attention(ValueId x, std::string_view name, int heads);

  ValueId relu(ValueId x, std::string_view name) { return pointwise(Op::relu, x, name); }
  ValueId relu6(ValueId x, std::string_view name) { return pointwise(Op::relu6, x, name); }
  ValueId gelu(ValueId x, std::string_view name) { return pointwise(Op::gelu, x, name); }
  ValueId dropout(ValueId x, std::string_view name) { return pointwise(Op::dropout, x, name); }

  ValueId max_pool(ValueId x, std::string_view name, Pool pool) { return pool2d(Op::max_pool, x, name, pool); }
  ValueId average_pool(ValueId x, std::string_view name, Pool pool) { return pool2d(Op::average_pool, x, name, pool); }
  ValueId adaptive_avg_pool(ValueId x, std::string_view name, int size);

  ValueId add(ValueId a, ValueId b, std::string_view name);
  // `name` is that of the parameter; the node gets a name of its own.
  ValueId scale(ValueId x, std::string_view name, Shape parameter_shape, Initialisation initialisation);
  ValueId add_position(ValueId x, std::string_view name, Initialisation initialisation);
  ValueId prepend_token(ValueId x, std::string_view name, Initialisation initialisation);
  ValueId select_token(ValueId x, std::string_view name, int index);

  ValueId concat(std::span<const ValueId> parts, std::string_view name);  // along the channels
  ValueId slice_channels(ValueId x, std::string_view name, std::int64_t begin, std::int64_t end);
  ValueId channel_shuffle(ValueId x, std::string_view name, int groups);
  ValueId permute(ValueId x, std::string_view name, std::vector<int> order);
  ValueId flatten(ValueId x, std::string_view name, int first, int last);

  // Keeps an error of the network's own, e.g. a size that is no multiple of its patches.
  void refuse(std::string message);

  Result<Graph> finish(ValueId logits);

 private:
  ValueId pointwise(Op op, ValueId x, std::string_view name);
  ValueId pool2d(Op op, ValueId x, std::string_view name, Pool pool);
  std::int64_t window_count(std::int64_t size, int kernel, int stride, int padding, std::string_view name);
  std::size_t parameter(std::string name, Shape shape, ParameterKind kind, Initialisation initialisation);
  ValueId node(Op op, std::string_view name, std::vector<std::size_t> inputs, Shape shape, Attributes attributes = {},
               std::vector<std::size_t> parameters = {});

  Graph graph_;
  std::optional<Error> error_;
};

}  // namespace wattlens::network
