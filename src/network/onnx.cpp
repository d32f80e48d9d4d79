#include "network/onnx.h"

#include <fmt/format.h>

#include <cassert>
#include <vector>

#include "network/onnx_nodes.h"
#include "network/onnx_writer.h"

namespace wattlens::network {
namespace {

// Protobuf's limit for one message.
constexpr std::uint64_t kLargestModel = (std::uint64_t{1} << 31) - 1;

// A model in one piece: the prefix of the model, the nodes, then each initializer's prefix and numbers.
struct Pieces {
  std::string nodes;
  std::vector<std::string> prefixes;  // one per parameter
  std::string model_prefix;
  std::uint64_t size = 0;  // of all with the numbers, in bytes
};

Result<void> check_batch(const Graph& graph, std::int64_t batch) {
  if (batch == kBatch || batch >= 1) return {};
  return fail(ErrorKind::usage, fmt::format("{}: a batch of {} is impossible", graph.name, batch), "give 1 or more");
}

Result<Pieces> pieces_of(const Graph& graph, const Weights& weights, std::int64_t batch) {
  assert(weights.tensors.size() == graph.parameters.size());
  WATTLENS_CHECK(check_batch(graph, batch));
  Pieces pieces;
  onnx::GraphWriter writer;
  onnx::write_nodes(writer, graph, batch);
  pieces.nodes = writer.text();
  std::uint64_t graph_bytes = pieces.nodes.size();
  for (std::size_t i = 0; i < graph.parameters.size(); ++i) {
    const std::uint64_t bytes = weights.tensors[i].size_bytes();
    pieces.prefixes.push_back(onnx::initializer_prefix(graph.parameters[i], bytes));
    graph_bytes += pieces.prefixes.back().size() + bytes;
  }
  pieces.model_prefix = onnx::model_prefix(graph_bytes);
  pieces.size = pieces.model_prefix.size() + graph_bytes;
  if (pieces.size > kLargestModel) {
    return fail(ErrorKind::usage,
                fmt::format("{} needs {} bytes in one ONNX model; the format ends at 2 GB", graph.name, pieces.size),
                "keep the weights in a file beside it");
  }
  return pieces;
}

std::string_view text_of(std::span<const float> values) {
  return {reinterpret_cast<const char*>(values.data()), values.size_bytes()};
}

// The numbers begin at multiples of this in the file beside the model, so that a reader may map them.
constexpr std::uint64_t kAlignment = 64;

Result<void> write_external(const base::Path& path, const Graph& graph, const Weights& weights, std::int64_t batch) {
  WATTLENS_CHECK(check_batch(graph, batch));
  base::Path data_path = path;
  data_path += ".data";
  const std::string location = data_path.filename().string();
  WATTLENS_TRY(base::OutputFile data, base::OutputFile::create(data_path));
  onnx::GraphWriter writer;
  onnx::write_nodes(writer, graph, batch);
  std::uint64_t offset = 0;
  for (std::size_t i = 0; i < graph.parameters.size(); ++i) {
    const std::string_view numbers = text_of(weights.tensors[i]);
    const std::string padding((kAlignment - offset % kAlignment) % kAlignment, '\0');
    WATTLENS_CHECK(data.write(padding));
    WATTLENS_CHECK(data.write(numbers));
    offset += padding.size();
    writer.external_initializer(graph.parameters[i], {location, offset, numbers.size()});
    offset += numbers.size();
  }
  WATTLENS_TRY(base::OutputFile model, base::OutputFile::create(path));
  WATTLENS_CHECK(model.write(onnx::model_prefix(writer.text().size())));
  WATTLENS_CHECK(model.write(writer.text()));
  WATTLENS_CHECK(data.commit());
  return model.commit();
}

}  // namespace

Result<std::string> onnx_model(const Graph& graph, const Weights& weights, std::int64_t batch) {
  WATTLENS_TRY(const Pieces pieces, pieces_of(graph, weights, batch));
  std::string model;
  model.reserve(pieces.size);
  model += pieces.model_prefix;
  model += pieces.nodes;
  for (std::size_t i = 0; i < graph.parameters.size(); ++i) {
    model += pieces.prefixes[i];
    model += text_of(weights.tensors[i]);
  }
  assert(model.size() == pieces.size);
  return model;
}

Result<std::string> onnx_without_weights(const Graph& graph, std::int64_t batch) {
  WATTLENS_CHECK(check_batch(graph, batch));
  onnx::GraphWriter writer;
  onnx::write_nodes(writer, graph, batch);
  for (const auto& parameter : graph.parameters) writer.input(parameter.name, parameter.shape);
  return onnx::model_prefix(writer.text().size()) + writer.text();
}

Result<void> write_onnx(const base::Path& path, const Graph& graph, const Weights& weights, OnnxStorage storage,
                        std::int64_t batch) {
  if (storage == OnnxStorage::external) return write_external(path, graph, weights, batch);
  WATTLENS_TRY(const Pieces pieces, pieces_of(graph, weights, batch));
  WATTLENS_TRY(base::OutputFile file, base::OutputFile::create(path));
  WATTLENS_CHECK(file.write(pieces.model_prefix));
  WATTLENS_CHECK(file.write(pieces.nodes));
  for (std::size_t i = 0; i < graph.parameters.size(); ++i) {
    WATTLENS_CHECK(file.write(pieces.prefixes[i]));
    WATTLENS_CHECK(file.write(text_of(weights.tensors[i])));
  }
  return file.commit();
}

}  // namespace wattlens::network
