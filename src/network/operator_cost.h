// What a model costs in arithmetic and memory traffic, from the operators that an engine read: for any model.
//
// Counted as network/cost.h counts, so that a built-in network gives the same numbers on both ways: multiply-adds of
// convolutions and matrix products alone. OpenVINO's and PyTorch's names of operators are known. Pure and thread-safe.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/units.h"
#include "network/operator.h"

namespace wattlens::network {

struct OperatorCost {
  std::string name;
  std::string type;
  std::vector<std::int64_t> output;  // shape of the first one
  std::int64_t parameters = 0;       // without running statistics; a shared tensor counts where it is used first
  std::int64_t multiply_adds = 0;
  std::int64_t activations = 0;  // elements that convolutions and matrix products put out
  base::Bytes bytes;             // read and written in float32, as if nothing stayed in a cache
};

// Of one batch, as large as the operators' shapes say.
struct ModelCost {
  std::vector<OperatorCost> operators;
  std::int64_t parameters = 0;
  std::int64_t multiply_adds = 0;
  std::int64_t activations = 0;
  base::Bytes bytes;
  base::Bytes weight_bytes;              // all weights in float32, running statistics too
  std::vector<std::string> not_counted;  // types whose multiply-adds their shapes do not tell, each once: the total is
                                         // then a lower bound
};

ModelCost cost(std::span<const Operator> operators);

}  // namespace wattlens::network
