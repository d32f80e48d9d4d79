// A model that LibTorch can run, and where and how its numbers lie. Included by torch_*.cpp only: LibTorch's headers
// are slow to compile.
#pragma once

#include <ATen/core/Tensor.h>

#include <string>
#include <vector>

#include "engine/engine.h"

namespace wattlens::engine {

struct Placement {
  at::Device device = at::kCPU;
  at::ScalarType type = at::kFloat;
  at::MemoryFormat format = at::MemoryFormat::ChannelsLast;  // of images, activations and convolution weights
};

// Weights on their device in their final type and layout. Several threads may call forward() at once.
class TorchModel {
 public:
  virtual ~TorchModel() = default;
  // The logits of images [batch, 3, size, size] that lie as the model's Placement says. Throws what LibTorch throws.
  virtual at::Tensor forward(const at::Tensor& images) const = 0;
};

}  // namespace wattlens::engine
