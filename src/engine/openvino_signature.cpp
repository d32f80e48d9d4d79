#include "engine/openvino_signature.h"

#include <fmt/format.h>

#include <openvino/op/constant.hpp>
#include <openvino/op/parameter.hpp>
#include <openvino/op/result.hpp>
#include <openvino/openvino.hpp>

#include <map>
#include <optional>
#include <utility>

#include "base/text.h"
#include "network/onnx_signature.h"

namespace wattlens::engine {
namespace {

using network::Weight;

std::vector<std::int64_t> shape_values(const ov::PartialShape& shape) {
  std::vector<std::int64_t> values;
  if (shape.rank().is_dynamic()) return values;
  for (const auto& dimension : shape) values.push_back(dimension.is_static() ? dimension.get_length() : -1);
  return values;
}

network::TensorSignature signature_of(const ov::Output<const ov::Node>& port, std::string name) {
  const auto type = port.get_element_type();
  network::TensorSignature tensor{.name = std::move(name), .type = type.is_dynamic() ? "undefined" : type.to_string()};
  const auto& shape = port.get_partial_shape();
  if (shape.rank().is_static()) tensor.shape = shape_values(shape);
  return tensor;
}

std::string name_of(const ov::Output<const ov::Node>& port) {
  const auto& names = port.get_names();
  return names.empty() ? port.get_node()->get_friendly_name() : *names.begin();
}

bool is_real(const ov::Output<const ov::Node>& port) {
  return port.get_element_type().is_dynamic() || port.get_element_type().is_real();
}

bool gives_rows(const ov::Output<const ov::Node>& port, std::int64_t batch) {
  const auto& shape = port.get_partial_shape();
  return is_real(port) && shape.is_static() && shape.size() > 0 && shape[0] == batch;
}

// The weights behind every node that depends on constants alone.
using Constants = std::map<const ov::Node*, std::vector<Weight>>;

// Scalars (epsilons, the scale of attention) are part of an operator, not weights.
std::vector<Weight> weights_of(const ov::op::v0::Constant& constant) {
  const auto& shape = constant.get_shape();
  if (!constant.get_element_type().is_real() || shape.empty()) return {};
  return {{constant.get_friendly_name(), {shape.begin(), shape.end()}}};
}

std::optional<std::vector<Weight>> weights_behind(const ov::Node& node, const Constants& constants) {
  if (const auto* constant = dynamic_cast<const ov::op::v0::Constant*>(&node)) return weights_of(*constant);
  if (node.get_input_size() == 0) return std::nullopt;
  std::vector<Weight> weights;
  for (const auto& input : node.inputs()) {
    const auto known = constants.find(input.get_source_output().get_node());
    if (known == constants.end()) return std::nullopt;
    weights.insert(weights.end(), known->second.begin(), known->second.end());
  }
  return weights;
}

Operator operator_of(const ov::Node& node, const Constants& constants) {
  Operator entry{.type = node.get_type_name(), .name = node.get_friendly_name()};
  for (const auto& input : node.inputs()) {
    entry.inputs.push_back(shape_values(input.get_partial_shape()));
    const auto constant = constants.find(input.get_source_output().get_node());
    if (constant == constants.end()) continue;
    entry.weights.insert(entry.weights.end(), constant->second.begin(), constant->second.end());
  }
  for (const auto& output : node.outputs()) entry.outputs.push_back(shape_values(output.get_partial_shape()));
  return entry;
}

}  // namespace

Result<network::ImageInput> image_input_of(const ov::Model& model, const std::string& name) {
  std::vector<network::TensorSignature> inputs;
  for (const auto& input : model.inputs()) inputs.push_back(signature_of(input, name_of(input)));
  return network::image_input_of(name, inputs);
}

Result<std::size_t> choose_output(const ov::Model& model, const std::string& name, std::int64_t batch) {
  const auto outputs = model.outputs();
  std::vector<std::size_t> candidates;
  std::vector<network::TensorSignature> all;
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    all.push_back(signature_of(outputs[i], name_of(outputs[i])));
    if (!gives_rows(outputs[i], batch)) continue;
    if (outputs[i].get_partial_shape().size() == 2) return i;
    candidates.push_back(i);
  }
  if (candidates.size() == 1) return candidates.front();
  return fail(
      ErrorKind::usage,
      fmt::format("{} gives {} for {} images: no floating-point result of one row per image", name,
                  network::to_string(all), batch),
      "export the model with its logits [batch, classes] as an output and with a free batch, or run it with the "
      "batch that it was made for");
}

std::vector<Operator> operators_of(const ov::Model& model) {
  std::vector<Operator> operators;
  Constants constants;
  for (const auto& node : model.get_ordered_ops()) {
    if (auto weights = weights_behind(*node, constants)) {
      constants.emplace(node.get(), std::move(*weights));
    } else if (!ov::is_type<ov::op::v0::Parameter>(node) && !ov::is_type<ov::op::v0::Result>(node)) {
      operators.push_back(operator_of(*node, constants));
    }
  }
  return operators;
}

}  // namespace wattlens::engine
