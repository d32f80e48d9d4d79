// Writes a network as an ONNX model (opset 17, float32): into memory, for an engine, or as a file.
//
// Parameters keep their names as initializers, the input is called "input" and the output "logits"; every value carries
// its shape. Field numbers come from onnx/onnx.proto3 of ONNX 1.12. Thread-safe.
#pragma once

#include <cstdint>
#include <string>

#include "base/file.h"
#include "base/result.h"
#include "network/graph.h"
#include "network/weights.h"

namespace wattlens::network {

// `batch`: images per run, or kBatch for a model that takes any number.
// Fails (usage) where the model would pass protobuf's 2 GB; external weights have no such limit.
Result<std::string> onnx_model(const Graph& graph, const Weights& weights, std::int64_t batch = kBatch);

// The same model without its numbers: each parameter is a further input, in the order of the graph and after "input".
// For an engine that takes the weights from memory as they are; a few hundred kilobytes at most.
Result<std::string> onnx_without_weights(const Graph& graph, std::int64_t batch = kBatch);

enum class OnnxStorage {
  external,     // the weights go to a file beside it, called as the model plus ".data"
  single_file,  // all in one, under 2 GB
};

// Streams: the memory needed is that of the graph, not of the weights. A file appears whole or not at all.
Result<void> write_onnx(const base::Path& path, const Graph& graph, const Weights& weights,
                        OnnxStorage storage = OnnxStorage::external, std::int64_t batch = kBatch);

}  // namespace wattlens::network
