#include "network/onnx_signature.h"

#include <fmt/format.h>

#include <array>
#include <functional>
#include <protozero/pbf_message.hpp>
#include <set>
#include <utility>

#include "base/text.h"

namespace wattlens::network {
namespace {

// Fields of onnx.proto that are read, all others are skipped.
enum class Model : protozero::pbf_tag_type { graph = 7 };
enum class Graph : protozero::pbf_tag_type { node = 1, initializer = 5, input = 11, output = 12 };
enum class Initializer : protozero::pbf_tag_type { name = 8 };
enum class Value : protozero::pbf_tag_type { name = 1, type = 2 };
enum class Type : protozero::pbf_tag_type { tensor = 1 };
enum class TensorType : protozero::pbf_tag_type { element = 1, shape = 2 };
enum class Shape : protozero::pbf_tag_type { dimension = 1 };
enum class Dimension : protozero::pbf_tag_type { value = 1 };

template <class Tag>
using Message = protozero::pbf_message<Tag>;

std::string type_name(std::int32_t element) {
  static constexpr std::array<std::string_view, 17> kNames{"undefined", "f32", "u8",   "i8",   "u16", "i16",
                                                           "i32",       "i64", "text", "bool", "f16", "f64",
                                                           "u32",       "u64", "c64",  "c128", "bf16"};
  const auto index = static_cast<std::size_t>(element);
  return element >= 0 && index < kNames.size() ? std::string(kNames[index]) : fmt::format("type {}", element);
}

std::int64_t read_dimension(Message<Dimension> message) {
  std::int64_t size = -1;  // a name, or nothing: open
  while (message.next(Dimension::value, protozero::pbf_wire_type::varint)) size = message.get_int64();
  return size > 0 ? size : -1;
}

std::vector<std::int64_t> read_shape(Message<Shape> message) {
  std::vector<std::int64_t> shape;
  while (message.next(Shape::dimension, protozero::pbf_wire_type::length_delimited)) {
    shape.push_back(read_dimension(Message<Dimension>(message.get_message())));
  }
  return shape;
}

void read_tensor_type(Message<TensorType> message, TensorSignature& tensor) {
  while (message.next()) {
    switch (message.tag_and_type()) {
      case protozero::tag_and_type(TensorType::element, protozero::pbf_wire_type::varint):
        tensor.type = type_name(message.get_int32());
        break;
      case protozero::tag_and_type(TensorType::shape, protozero::pbf_wire_type::length_delimited):
        tensor.shape = read_shape(Message<Shape>(message.get_message()));
        break;
      default: message.skip();
    }
  }
}

TensorSignature read_value(Message<Value> message) {
  TensorSignature tensor{.type = "sequence or other"};
  while (message.next()) {
    switch (message.tag_and_type()) {
      case protozero::tag_and_type(Value::name, protozero::pbf_wire_type::length_delimited):
        tensor.name = message.get_string();
        break;
      case protozero::tag_and_type(Value::type, protozero::pbf_wire_type::length_delimited): {
        Message<Type> type(message.get_message());
        while (type.next(Type::tensor, protozero::pbf_wire_type::length_delimited)) {
          read_tensor_type(Message<TensorType>(type.get_message()), tensor);
        }
        break;
      }
      default: message.skip();
    }
  }
  return tensor;
}

std::string read_initializer(Message<Initializer> message) {
  std::string name;
  while (message.next(Initializer::name, protozero::pbf_wire_type::length_delimited)) name = message.get_string();
  return name;
}

OnnxSignature read_graph(Message<Graph> message, bool& has_nodes) {
  OnnxSignature signature;
  std::set<std::string, std::less<>> weights;  // up to IR version 3 they were declared as inputs too
  while (message.next()) {
    switch (message.tag_and_type()) {
      case protozero::tag_and_type(Graph::node, protozero::pbf_wire_type::length_delimited):
        has_nodes = true;
        message.skip();
        break;
      case protozero::tag_and_type(Graph::initializer, protozero::pbf_wire_type::length_delimited):
        weights.insert(read_initializer(Message<Initializer>(message.get_message())));
        break;
      case protozero::tag_and_type(Graph::input, protozero::pbf_wire_type::length_delimited):
        signature.inputs.push_back(read_value(Message<Value>(message.get_message())));
        break;
      case protozero::tag_and_type(Graph::output, protozero::pbf_wire_type::length_delimited):
        signature.outputs.push_back(read_value(Message<Value>(message.get_message())));
        break;
      default: message.skip();
    }
  }
  std::erase_if(signature.inputs, [&](const TensorSignature& input) { return weights.contains(input.name); });
  return signature;
}

bool is_real(std::string_view type) {
  return type == "f32" || type == "f16" || type == "bf16" || type == "f64" || type == "undefined";
}

}  // namespace

Result<OnnxSignature> parse_onnx_signature(std::string_view bytes) {
  const auto broken = fail(ErrorKind::usage, "it is not ONNX, or it was cut short", "export or copy the file again");
  try {
    bool has_nodes = false;
    OnnxSignature signature;
    Message<Model> model(bytes.data(), bytes.size());
    while (model.next()) {
      if (model.tag_and_type() == protozero::tag_and_type(Model::graph, protozero::pbf_wire_type::length_delimited)) {
        signature = read_graph(Message<Graph>(model.get_message()), has_nodes);
      } else {
        model.skip();
      }
    }
    if (!has_nodes || signature.outputs.empty()) return broken;
    return signature;
  } catch (const protozero::exception&) {
    return broken;
  }
}

Result<OnnxSignature> read_onnx_signature(const base::Path& file) {
  WATTLENS_TRY(const auto mapped, base::MappedFile::open(file));
  const auto bytes = mapped.bytes();
  auto signature = parse_onnx_signature({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  if (signature) return signature;
  return fail(ErrorKind::usage, fmt::format("cannot read the model {}: {}", file.string(), signature.error().message),
              signature.error().hint);
}

Result<ImageInput> image_input_of(std::string_view name, std::span<const TensorSignature> inputs) {
  const std::string hint = "wattlens runs models with one input, images in floating point";
  if (inputs.size() != 1) {
    return fail(ErrorKind::usage,
                inputs.empty()
                    ? fmt::format("{} has no input", name)
                    : fmt::format("{} has {} inputs instead of one: {}", name, inputs.size(), to_string(inputs)),
                hint);
  }
  const TensorSignature& input = inputs.front();
  if (!is_real(input.type)) {
    return fail(ErrorKind::usage, fmt::format("{} takes {}: no images in floating point", name, to_string(inputs)),
                hint);
  }
  if (!input.shape) return ImageInput{};
  auto found = image_input_of(*input.shape);
  if (found) return found;
  return fail(ErrorKind::usage, fmt::format("{} takes {}: {}", name, to_string(inputs), found.error().message),
              found.error().hint);
}

std::string to_string(std::span<const TensorSignature> tensors) {
  std::vector<std::string> parts;
  for (const TensorSignature& tensor : tensors) {
    parts.push_back(fmt::format("{} {}", tensor.name, tensor.type));
    if (tensor.shape) parts.back().append(1, ' ').append(shape_text(*tensor.shape));
  }
  return base::join(parts, ", ");
}

}  // namespace wattlens::network
