// Turns the nodes of a Graph into ONNX operators. Used by onnx.cpp alone.
#pragma once

#include <cstdint>

#include "network/graph.h"
#include "network/onnx_writer.h"

namespace wattlens::network::onnx {

// Writes all nodes, the shapes of all values, the input and the output; not the parameters.
void write_nodes(GraphWriter& writer, const Graph& graph, std::int64_t batch);

}  // namespace wattlens::network::onnx
