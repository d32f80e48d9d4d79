#include "network/onnx_writer.h"

#include <protozero/varint.hpp>

#include <bit>
#include <iterator>

namespace wattlens::network::onnx {
namespace {

using protozero::pbf_writer;

static_assert(std::endian::native == std::endian::little, "raw_data is little-endian");

namespace model {
enum : std::uint32_t { ir_version = 1, producer_name = 2, graph = 7, opset_import = 8 };
}
namespace opset {
enum : std::uint32_t { version = 2 };
}
namespace graph {
enum : std::uint32_t { node = 1, name = 2, initializer = 5, input = 11, output = 12, value_info = 13 };
}
namespace node_field {
enum : std::uint32_t { input = 1, output = 2, name = 3, op_type = 4, attribute = 5 };
}
namespace attribute {
enum : std::uint32_t { name = 1, f = 2, i = 3, ints = 8, type = 20 };
enum Type : std::int32_t { type_float = 1, type_int = 2, type_ints = 7 };
}  // namespace attribute
namespace tensor {
enum : std::uint32_t { dims = 1, data_type = 2, name = 8, raw_data = 9, external_data = 13, data_location = 14 };
enum Location : std::int32_t { location_external = 1 };
}  // namespace tensor
namespace entry {
enum : std::uint32_t { key = 1, value = 2 };
}
namespace value_field {
enum : std::uint32_t { name = 1, type = 2 };
}
namespace type_field {
enum : std::uint32_t { tensor_type = 1 };
}
namespace tensor_type {
enum : std::uint32_t { elem_type = 1, shape = 2 };
}
namespace shape_field {
enum : std::uint32_t { dim = 1 };
}
namespace dimension {
enum : std::uint32_t { dim_value = 1, dim_param = 2 };
}

constexpr std::int64_t kIrVersion = 8;  // of ONNX 1.12, the first with opset 17
constexpr std::int64_t kOpset = 17;

void add_string(pbf_writer& writer, std::uint32_t field, std::string_view text) {
  writer.add_string(field, text.data(), text.size());
}

void add_header(pbf_writer& writer, std::span<const std::int64_t> shape, DataType type, std::string_view name) {
  writer.add_packed_int64(tensor::dims, shape.begin(), shape.end());
  writer.add_int32(tensor::data_type, static_cast<std::int32_t>(type));
  add_string(writer, tensor::name, name);
}

void add_attribute(pbf_writer& parent, const Attribute& given) {
  pbf_writer writer(parent, node_field::attribute);
  add_string(writer, attribute::name, given.name);
  if (const auto* const integer = std::get_if<std::int64_t>(&given.value)) {
    writer.add_int64(attribute::i, *integer);
    writer.add_enum(attribute::type, attribute::type_int);
  } else if (const auto* const number = std::get_if<double>(&given.value)) {
    writer.add_float(attribute::f, static_cast<float>(*number));
    writer.add_enum(attribute::type, attribute::type_float);
  } else {
    const auto& integers = std::get<std::vector<std::int64_t>>(given.value);
    writer.add_packed_int64(attribute::ints, integers.begin(), integers.end());
    writer.add_enum(attribute::type, attribute::type_ints);
  }
}

void add_entry(pbf_writer& parent, std::string_view key, std::string_view value) {
  pbf_writer writer(parent, tensor::external_data);
  add_string(writer, entry::key, key);
  add_string(writer, entry::value, value);
}

// Field number `field` of wire type 2 (length-delimited) and the length of what follows.
void append_length(std::string& text, std::uint32_t field, std::uint64_t length) {
  protozero::write_varint(std::back_inserter(text), (field << 3U) | 2U);
  protozero::write_varint(std::back_inserter(text), length);
}

}  // namespace

std::string GraphWriter::node(std::string_view op, std::string output, std::span<const std::string> inputs,
                              std::span<const Attribute> attributes) {
  pbf_writer writer(writer_, graph::node);
  for (const std::string& input_name : inputs) add_string(writer, node_field::input, input_name);
  add_string(writer, node_field::output, output);
  add_string(writer, node_field::name, output);
  add_string(writer, node_field::op_type, op);
  for (const Attribute& given : attributes) add_attribute(writer, given);
  return output;
}

std::string GraphWriter::node(std::string_view op, std::string output, std::initializer_list<std::string> inputs,
                              std::initializer_list<Attribute> attributes) {
  return node(op, std::move(output), std::span(inputs.begin(), inputs.size()),
              std::span(attributes.begin(), attributes.size()));
}

std::string GraphWriter::constant(std::string name, std::span<const std::int64_t> values, bool scalar) {
  pbf_writer writer(writer_, graph::initializer);
  const Shape shape = scalar ? Shape{} : Shape{static_cast<std::int64_t>(values.size())};
  add_header(writer, shape, DataType::int64, name);
  writer.add_bytes(tensor::raw_data, reinterpret_cast<const char*>(values.data()), values.size_bytes());
  return name;
}

std::string GraphWriter::constant(std::string name, std::span<const float> values, Shape shape) {
  pbf_writer writer(writer_, graph::initializer);
  add_header(writer, shape, DataType::float32, name);
  writer.add_bytes(tensor::raw_data, reinterpret_cast<const char*>(values.data()), values.size_bytes());
  return name;
}

void GraphWriter::external_initializer(const Parameter& parameter, const ExternalData& data) {
  pbf_writer writer(writer_, graph::initializer);
  add_header(writer, parameter.shape, DataType::float32, parameter.name);
  add_entry(writer, "location", data.location);
  add_entry(writer, "offset", std::to_string(data.offset));
  add_entry(writer, "length", std::to_string(data.length));
  writer.add_enum(tensor::data_location, tensor::location_external);
}

void GraphWriter::name(std::string_view graph_name) { add_string(writer_, graph::name, graph_name); }

void GraphWriter::value_info(std::uint32_t field, std::string_view name, std::span<const std::int64_t> shape) {
  pbf_writer info(writer_, field);
  add_string(info, value_field::name, name);
  pbf_writer type(info, value_field::type);
  pbf_writer of_tensor(type, type_field::tensor_type);
  of_tensor.add_int32(tensor_type::elem_type, static_cast<std::int32_t>(DataType::float32));
  pbf_writer dimensions(of_tensor, tensor_type::shape);
  for (const std::int64_t size : shape) {
    pbf_writer one(dimensions, shape_field::dim);
    if (size == kBatch) {
      add_string(one, dimension::dim_param, "batch");
    } else {
      one.add_int64(dimension::dim_value, size);
    }
  }
}

void GraphWriter::input(std::string_view name, std::span<const std::int64_t> shape) {
  value_info(graph::input, name, shape);
}
void GraphWriter::output(std::string_view name, std::span<const std::int64_t> shape) {
  value_info(graph::output, name, shape);
}
void GraphWriter::value(std::string_view name, std::span<const std::int64_t> shape) {
  value_info(graph::value_info, name, shape);
}

std::string initializer_prefix(const Parameter& parameter, std::uint64_t raw_bytes) {
  std::string header;
  pbf_writer writer(header);
  add_header(writer, parameter.shape, DataType::float32, parameter.name);
  append_length(header, tensor::raw_data, raw_bytes);
  std::string text;
  append_length(text, graph::initializer, header.size() + raw_bytes);
  return text + header;
}

std::string model_prefix(std::uint64_t graph_bytes) {
  std::string text;
  pbf_writer writer(text);
  writer.add_int64(model::ir_version, kIrVersion);
  add_string(writer, model::producer_name, "wattlens");
  {
    pbf_writer version(writer, model::opset_import);
    version.add_int64(opset::version, kOpset);
  }
  append_length(text, model::graph, graph_bytes);
  return text;
}

}  // namespace wattlens::network::onnx
