#include "network/builder.h"

#include <fmt/format.h>

#include <cassert>
#include <cmath>
#include <utility>

namespace wattlens::network {
namespace {

constexpr std::int64_t kLargestImage = 4096;
constexpr std::int64_t kMostClasses = 100'000;

Initialisation uniform_with_gain(double gain, std::int64_t fan_in) {
  const double bound = std::sqrt(3.0 * gain / static_cast<double>(fan_in));
  return {-bound, bound};
}

std::string joined(std::string_view name, std::string_view joint, std::string_view last) {
  return fmt::format("{}{}{}", name, joint, last);
}

}  // namespace

Builder::Builder(std::string_view network, const NetworkOptions& options) {
  graph_.name = network;
  graph_.image_size = options.image_size;
  graph_.classes = options.classes;
  if (options.image_size < 1 || options.image_size > kLargestImage) {
    error_ = Error{ErrorKind::usage, fmt::format("{}: an image size of {} is impossible", network, options.image_size),
                   fmt::format("give a size from 1 to {} pixels", kLargestImage)};
  } else if (options.classes < 1 || options.classes > kMostClasses) {
    error_ = Error{ErrorKind::usage, fmt::format("{}: {} classes are impossible", network, options.classes),
                   fmt::format("give a number of classes from 1 to {}", kMostClasses)};
  }
  if (error_) {  // the calls that follow need shapes that make sense
    graph_.image_size = NetworkOptions{}.image_size;
    graph_.classes = 1;
  }
}

void Builder::refuse(std::string message) {
  if (!error_) error_ = Error{ErrorKind::usage, fmt::format("{}: {}", graph_.name, message), {}};
}

std::size_t Builder::parameter(std::string name, Shape shape, ParameterKind kind, Initialisation initialisation) {
  graph_.parameters.push_back({std::move(name), std::move(shape), kind, initialisation});
  return graph_.parameters.size() - 1;
}

ValueId Builder::node(Op op, std::string_view name, std::vector<std::size_t> inputs, Shape shape, Attributes attributes,
                      std::vector<std::size_t> parameters) {
  const ValueId output{graph_.values.size()};
  graph_.values.push_back({std::string(name), std::move(shape)});
  graph_.nodes.push_back(
      {std::string(name), op, std::move(attributes), std::move(inputs), output.index, std::move(parameters)});
  return output;
}

ValueId Builder::input() {
  assert(graph_.values.empty());
  graph_.values.push_back({"input", {kBatch, 3, graph_.image_size, graph_.image_size}});
  return {0};
}

// The number of windows along one axis; at least 1, so that the rest of a graph that has failed still has shapes.
std::int64_t Builder::window_count(std::int64_t size, int kernel, int stride, int padding, std::string_view name) {
  const std::int64_t room = size + padding + padding - kernel;
  if (room >= 0) return room / stride + 1;
  refuse(fmt::format("images of {0} x {0} pixels are too small: {1} has windows of {2} x {2} and gets {3} x {3}",
                     graph_.image_size, name, kernel, size));
  return 1;
}

ValueId Builder::conv2d(ValueId x, std::string_view name, const ConvOptions& options) {
  const Shape& in = shape(x);
  assert(in.size() == 4 && in[1] % options.groups == 0 && options.outputs % options.groups == 0);
  const std::int64_t inputs = in[1] / options.groups;
  const std::int64_t height = window_count(in[2], options.kernel, options.stride, options.padding, name);
  const std::int64_t width = window_count(in[3], options.kernel, options.stride, options.padding, name);
  const std::int64_t fan_in = inputs * options.kernel * options.kernel;
  std::vector<std::size_t> parameters = {parameter(joined(name, ".", "weight"),
                                                   {options.outputs, inputs, options.kernel, options.kernel},
                                                   ParameterKind::weight, uniform_with_gain(options.gain, fan_in))};
  if (options.bias) {
    parameters.push_back(parameter(joined(name, ".", "bias"), {options.outputs}, ParameterKind::bias, kSmallBias));
  }
  return node(Op::conv2d, name, {x.index}, {kBatch, options.outputs, height, width},
              Conv2d{options.kernel, options.stride, options.padding, options.groups}, std::move(parameters));
}

ValueId Builder::batch_norm(ValueId x, std::string_view name, Initialisation weight) {
  const std::int64_t channels = shape(x)[1];
  std::vector<std::size_t> parameters = {
      parameter(joined(name, ".", "weight"), {channels}, ParameterKind::weight, weight),
      parameter(joined(name, ".", "bias"), {channels}, ParameterKind::bias, kSmallBias),
      parameter(joined(name, ".", "running_mean"), {channels}, ParameterKind::running_mean, kSmallBias),
      parameter(joined(name, ".", "running_var"), {channels}, ParameterKind::running_var, kNormWeight)};
  return node(Op::batch_norm, name, {x.index}, shape(x), Norm{1e-5}, std::move(parameters));
}

ValueId Builder::layer_norm(ValueId x, std::string_view name, double epsilon) {
  const std::int64_t width = shape(x).back();
  std::vector<std::size_t> parameters = {
      parameter(joined(name, ".", "weight"), {width}, ParameterKind::weight, kNormWeight),
      parameter(joined(name, ".", "bias"), {width}, ParameterKind::bias, kSmallBias)};
  return node(Op::layer_norm, name, {x.index}, shape(x), Norm{epsilon}, std::move(parameters));
}

ValueId Builder::linear(ValueId x, std::string_view name, const LinearOptions& options) {
  Shape out = shape(x);
  const std::int64_t inputs = std::exchange(out.back(), options.outputs);
  std::vector<std::size_t> parameters = {
      parameter(joined(name, options.joint, "weight"), {options.outputs, inputs}, ParameterKind::weight,
                uniform_with_gain(options.gain, inputs)),
      parameter(joined(name, options.joint, "bias"), {options.outputs}, ParameterKind::bias, kSmallBias)};
  return node(Op::linear, name, {x.index}, std::move(out), {}, std::move(parameters));
}

ValueId Builder::attention(ValueId x, std::string_view name, int heads) {
  Shape out = shape(x);
  assert(out.size() == 3 && out[2] % (3 * heads) == 0);
  out[2] /= 3;
  return node(Op::attention, name, {x.index}, std::move(out), Attention{heads});
}

ValueId Builder::pointwise(Op op, ValueId x, std::string_view name) { return node(op, name, {x.index}, shape(x)); }

ValueId Builder::pool2d(Op op, ValueId x, std::string_view name, Pool pool) {
  const Shape& in = shape(x);
  assert(op == Op::max_pool || pool.padding == 0);
  const std::int64_t height = window_count(in[2], pool.kernel, pool.stride, pool.padding, name);
  const std::int64_t width = window_count(in[3], pool.kernel, pool.stride, pool.padding, name);
  return node(op, name, {x.index}, {kBatch, in[1], height, width}, pool);
}

ValueId Builder::adaptive_avg_pool(ValueId x, std::string_view name, int size) {
  return node(Op::adaptive_avg_pool, name, {x.index}, {kBatch, shape(x)[1], size, size}, AdaptivePool{size});
}

ValueId Builder::add(ValueId a, ValueId b, std::string_view name) {
  assert(shape(a) == shape(b) || error_);
  return node(Op::add, name, {a.index, b.index}, shape(a));
}

ValueId Builder::scale(ValueId x, std::string_view name, Shape parameter_shape, Initialisation initialisation) {
  const std::size_t factor =
      parameter(std::string(name), std::move(parameter_shape), ParameterKind::layer_scale, initialisation);
  return node(Op::scale, joined(name, ".", "multiply"), {x.index}, shape(x), {}, {factor});
}

ValueId Builder::add_position(ValueId x, std::string_view name, Initialisation initialisation) {
  const Shape& in = shape(x);
  const std::size_t position = parameter(std::string(name), {1, in[1], in[2]}, ParameterKind::position, initialisation);
  return node(Op::add_parameter, joined(name, ".", "add"), {x.index}, shape(x), {}, {position});
}

ValueId Builder::prepend_token(ValueId x, std::string_view name, Initialisation initialisation) {
  Shape out = shape(x);
  const std::size_t token = parameter(std::string(name), {1, 1, out[2]}, ParameterKind::token, initialisation);
  ++out[1];
  return node(Op::prepend_token, joined(name, ".", "prepend"), {x.index}, std::move(out), {}, {token});
}

ValueId Builder::select_token(ValueId x, std::string_view name, int index) {
  const Shape& in = shape(x);
  return node(Op::select_token, name, {x.index}, {in[0], in[2]}, Select{index});
}

ValueId Builder::concat(std::span<const ValueId> parts, std::string_view name) {
  Shape out = shape(parts.front());
  out[1] = 0;
  std::vector<std::size_t> inputs;
  for (const ValueId part : parts) {
    out[1] += shape(part)[1];
    inputs.push_back(part.index);
  }
  return node(Op::concat, name, std::move(inputs), std::move(out), Concat{1});
}

ValueId Builder::slice_channels(ValueId x, std::string_view name, std::int64_t begin, std::int64_t end) {
  Shape out = shape(x);
  assert(0 <= begin && begin < end && end <= out[1]);
  out[1] = end - begin;
  return node(Op::slice_channels, name, {x.index}, std::move(out), Slice{begin, end});
}

ValueId Builder::channel_shuffle(ValueId x, std::string_view name, int groups) {
  assert(shape(x)[1] % groups == 0);
  return node(Op::channel_shuffle, name, {x.index}, shape(x), Shuffle{groups});
}

ValueId Builder::permute(ValueId x, std::string_view name, std::vector<int> order) {
  const Shape& in = shape(x);
  assert(order.size() == in.size());
  Shape out;
  for (const int axis : order) out.push_back(in[static_cast<std::size_t>(axis)]);
  return node(Op::permute, name, {x.index}, std::move(out), Permute{std::move(order)});
}

ValueId Builder::flatten(ValueId x, std::string_view name, int first, int last) {
  const Shape& in = shape(x);
  assert(0 < first && first <= last && static_cast<std::size_t>(last) < in.size());
  const auto begin = in.begin() + first;
  const auto end = in.begin() + last + 1;
  Shape out(in.begin(), begin);
  out.push_back(element_count(std::span(begin, end)));
  out.insert(out.end(), end, in.end());
  return node(Op::flatten, name, {x.index}, std::move(out), Flatten{first, last});
}

Result<Graph> Builder::finish(ValueId logits) {
  if (error_) return std::unexpected(*error_);
  assert((shape(logits) == Shape{kBatch, graph_.classes}));
  graph_.output = logits.index;
  graph_.values[logits.index].name = "logits";
  return std::move(graph_);
}

}  // namespace wattlens::network
