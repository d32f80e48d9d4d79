// Writes a network as an ONNX model (opset 17, float32): held in memory, for an engine to read.
//
// Parameters keep their names as initializers, the input is called "input" and the output "logits"; every value carries
// its shape. Field numbers come from onnx/onnx.proto3 of ONNX 1.12. Pure and
// thread-safe.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "network/graph.h"
#include "network/weights.h"

namespace wattlens::network {

// `batch`: images per run, or kBatch for a model that takes any number.
// Fails (usage) where the model would pass protobuf's 2 GB.
Result<std::string> onnx_model(const Graph& graph, const Weights& weights, std::int64_t batch = kBatch);

// The same model without its numbers: each parameter is a further input, in the order of the graph and after "input".
// For an engine that takes the weights from memory as they are; a few hundred kilobytes at most.
Result<std::string> onnx_without_weights(const Graph& graph, std::int64_t batch = kBatch);

}  // namespace wattlens::network
