// The protobuf messages of ONNX that a network needs, written field by field. Used by onnx.cpp alone.
//
// Field numbers and enumeration values are those of onnx/onnx.proto3. Not thread-safe.
#pragma once

#include <protozero/pbf_writer.hpp>

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "network/graph.h"

namespace wattlens::network::onnx {

enum class DataType { float32 = 1, int64 = 7 };

struct Attribute {
  std::string_view name;
  std::variant<std::int64_t, double, std::vector<std::int64_t>> value;
};

// Where a tensor's numbers lie outside the model.
struct ExternalData {
  std::string_view location;
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
};

// Collects a GraphProto. Names are given by the caller and must be unique within their kind.
class GraphWriter {
 public:
  GraphWriter() = default;
  GraphWriter(const GraphWriter&) = delete;  // writer_ points into text_
  GraphWriter& operator=(const GraphWriter&) = delete;

  // A node with one output, which carries `output`'s name; returns that name.
  std::string node(std::string_view op, std::string output, std::span<const std::string> inputs,
                   std::span<const Attribute> attributes = {});
  std::string node(std::string_view op, std::string output, std::initializer_list<std::string> inputs,
                   std::initializer_list<Attribute> attributes = {});

  // Small constants, held in the model whatever the storage; both return the name.
  std::string constant(std::string name, std::span<const std::int64_t> values, bool scalar = false);
  std::string constant(std::string name, std::span<const float> values, Shape shape);

  void external_initializer(const Parameter& parameter, const ExternalData& data);

  void name(std::string_view graph_name);
  void input(std::string_view name, std::span<const std::int64_t> shape);
  void output(std::string_view name, std::span<const std::int64_t> shape);
  void value(std::string_view name, std::span<const std::int64_t> shape);

  const std::string& text() const { return text_; }

 private:
  void value_info(std::uint32_t field, std::string_view name, std::span<const std::int64_t> shape);

  std::string text_;
  protozero::pbf_writer writer_{text_};
};

// What comes before the raw numbers of an initializer: its field in GraphProto, its own fields, and the length of what
// follows. `raw_bytes` bytes must follow.
std::string initializer_prefix(const Parameter& parameter, std::uint64_t raw_bytes);

// What comes before a graph of `graph_bytes` bytes: ModelProto's own fields and the length of the graph.
std::string model_prefix(std::uint64_t graph_bytes);

}  // namespace wattlens::network::onnx
