// What one image costs a network in arithmetic and memory traffic, per layer and in total.
//
// Multiply-adds are counted as torchvision counts them (test/common_extended_utils.py): one per product in
// convolutions, linear layers and the two matrix products of attention; nothing for biases, normalisations,
// activations and pooling. Activations are the elements that these operations put out (Radosavovic et al. 2020,
// arXiv:2003.13678), as timm publishes them. Pure and thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/units.h"
#include "network/graph.h"

namespace wattlens::network {

struct LayerCost {
  std::string name;  // of the node
  Op op = Op::relu;
  Shape output;
  std::int64_t parameters = 0;  // that training changes: no running statistics; a shared one counts once
  std::int64_t multiply_adds = 0;
  std::int64_t activations = 0;
  base::Bytes bytes;  // read and written in float32: inputs, parameters and output, as if nothing stayed in a cache
};

struct Cost {
  std::vector<LayerCost> layers;  // in the order of the graph's nodes
  std::int64_t parameters = 0;
  std::int64_t multiply_adds = 0;
  std::int64_t activations = 0;
  base::Bytes bytes;
  base::Bytes weight_bytes;           // all parameters and running statistics in float32
  base::Bytes peak_activation_bytes;  // values alive at once at the worst node, in float32, for one image
};

Cost cost(const Graph& graph);

}  // namespace wattlens::network
