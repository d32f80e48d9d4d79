#include "engine/torch_cuda.h"

#include <ATen/Context.h>
#include <fmt/format.h>

#include <utility>

#ifdef WATTLENS_TORCH_CUDA
#include <ATen/cuda/CUDAGraph.h>
#include <c10/cuda/CUDAFunctions.h>
#include <c10/cuda/CUDAGuard.h>
#include <c10/cuda/CUDAStream.h>
#include <cuda_runtime_api.h>
#endif

namespace wattlens::engine {

void allow_tf32(bool allowed) {
  at::globalContext().setFloat32MatmulPrecision(allowed ? "high" : "highest");
  at::globalContext().setAllowTF32CuDNN(allowed);
}

#ifdef WATTLENS_TORCH_CUDA
namespace {

// Kernels are chosen and memory is taken while a model runs for the first times, which a recording must not see.
constexpr int kRunsBeforeRecording = 3;

class CudaGraphModel final : public TorchModel {
 public:
  explicit CudaGraphModel(std::shared_ptr<const TorchModel> model) : model_(std::move(model)) {}

  at::Tensor forward(const at::Tensor& images) const override {
    if (!graph_) record(images);
    if (!images.is_same(last_images_)) {
      input_.copy_(images);
      last_images_ = images;
    }
    graph_->replay();
    return output_;
  }

 private:
  void record(const at::Tensor& images) const {
    input_ = images.clone();
    const auto stream = c10::cuda::getStreamFromPool(/*isHighPriority=*/false, images.device().index());
    c10::cuda::getCurrentCUDAStream(images.device().index()).synchronize();
    {
      const c10::cuda::CUDAStreamGuard guard(stream);
      for (int i = 0; i < kRunsBeforeRecording; ++i) model_->forward(input_);
      stream.synchronize();
      auto graph = std::make_unique<at::cuda::CUDAGraph>();
      graph->capture_begin();
      output_ = model_->forward(input_);
      graph->capture_end();
      graph_ = std::move(graph);
    }
    stream.synchronize();
  }

  std::shared_ptr<const TorchModel> model_;
  // A batch of a session runs at a time: these are its state, not the model's.
  mutable std::unique_ptr<at::cuda::CUDAGraph> graph_;
  mutable at::Tensor input_;
  mutable at::Tensor output_;
  mutable at::Tensor last_images_;
};

}  // namespace

std::vector<DeviceInfo> cuda_devices() {
  std::vector<DeviceInfo> devices;
  for (int index = 0; index < c10::cuda::device_count(); ++index) {
    cudaDeviceProp properties{};
    if (cudaGetDeviceProperties(&properties, index) != cudaSuccess) continue;  // compile() tells why not
    DeviceInfo device{.id = fmt::format("gpu.{}", index), .name = properties.name, .precisions = {"f32"}};
    if (properties.major >= 8) device.precisions.insert(device.precisions.end(), {"tf32", "bf16"});
    if (properties.major >= 7) device.precisions.emplace_back("f16");
    devices.push_back(std::move(device));
  }
  return devices;
}

std::shared_ptr<const TorchModel> as_cuda_graph(std::shared_ptr<const TorchModel> model) {
  return std::make_shared<CudaGraphModel>(std::move(model));
}

#else

std::vector<DeviceInfo> cuda_devices() { return {}; }

std::shared_ptr<const TorchModel> as_cuda_graph(std::shared_ptr<const TorchModel> model) { return model; }

#endif

}  // namespace wattlens::engine
