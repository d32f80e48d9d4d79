// One operator of a model as an engine read it, before it fused any: the common form of all engines. Plain values.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace wattlens::network {

// Numbers that the file holds and an operator uses: a trained tensor, a running statistic, a table.
struct Weight {
  std::string name;  // the same name is the same tensor
  std::vector<std::int64_t> shape;
};

// A constant is no operator: it shows as an input, and among the weights. Neither is what is computed from constants
// alone, which happens once.
struct Operator {
  std::string type;                                // "Convolution", in the engine's words
  std::string name;                                // as in the file
  std::vector<std::vector<std::int64_t>> inputs;   // shapes, weights among them; -1 where a size is open
  std::vector<std::vector<std::int64_t>> outputs;  // shapes
  std::vector<Weight> weights;                     // floating-point tensors read, in the order of the inputs
};

}  // namespace wattlens::network
