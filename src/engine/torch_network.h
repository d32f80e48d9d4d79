// A built-in network as LibTorch operators, called one by one as PyTorch's eager mode calls them.
//
// Nothing is fused or folded. A result that nothing else reads is overwritten in place, as torchvision's modules do.
#pragma once

#include <memory>
#include <vector>

#include "engine/torch_model.h"
#include "network/graph.h"
#include "network/weights.h"

namespace wattlens::engine {

// Throws what LibTorch throws (no memory). Float32 weights that need no other layout are used where they lie.
std::unique_ptr<TorchModel> make_torch_network(network::Graph graph, const network::Weights& weights,
                                               const Placement& placement);

// One entry per node: its ATen operator, its inputs and parameters, its output.
std::vector<Operator> operators_of(const network::Graph& graph, std::int64_t batch);

}  // namespace wattlens::engine
