// What LibTorch offers on NVIDIA GPUs, where it was built with CUDA; without it there are no such devices.
//
// Compiled against CUDA's headers, but not yet run on a GPU (docs/engines.md).
#pragma once

#include <memory>
#include <vector>

#include "engine/engine.h"
#include "engine/torch_model.h"

namespace wattlens::engine {

// "gpu.0", ... in CUDA's order, each with the precisions that it computes in natively; "tf32" is float32 whose products
// are rounded to 10 bits.
std::vector<DeviceInfo> cuda_devices();

// Whether products of float32 numbers may be rounded to TF32 in this process. Has no effect on other devices.
void allow_tf32(bool allowed);

// The same model as a CUDA graph: one launch for all of its kernels. It is recorded at the first batch. For one slot:
// the result of a batch lies where that of the last one lay. `model` as it is where there is no CUDA.
std::shared_ptr<const TorchModel> as_cuda_graph(std::shared_ptr<const TorchModel> model);

}  // namespace wattlens::engine
