// The interface of an inference engine; each implementation is linked only into its own worker process.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/file.h"
#include "base/result.h"
#include "network/operator.h"
#include "record/run.h"

namespace wattlens::engine {

struct DeviceInfo {
  std::string id;                       // "cpu", "gpu.0"
  std::string name;                     // as the engine calls it
  std::vector<std::string> precisions;  // those that it runs natively, of "f32", "bf16", "f16"
};

// What to run: a built-in network, with seeded weights or those of a state dict; or a file.
struct ModelSource {
  std::string network;     // a name of network::all_networks(), or empty
  base::Path file;         // .onnx, .pt, .pt2; with `network`: a .safetensors state dict, empty for seeded weights
  std::uint64_t seed = 0;  // of the seeded weights
  std::int64_t classes = 1000;
};

struct SessionOptions {
  std::string device = "cpu";
  std::string precision = "f32";
  std::string hint = "latency";  // or "throughput"
  std::int64_t batch = 1;
  std::int64_t image_size = 224;
  std::int64_t threads = 0;  // 0: the engine chooses
  base::Path model_cache;    // a folder; empty: no cache
  bool any_batch = false;    // batches of 1 to `batch` images, as a server needs them; else of `batch` alone
};

// Row-major float32, outermost dimension first: images are [batch, 3, height, width].
struct TensorView {
  std::vector<std::int64_t> shape;
  std::span<const float> values;
};

struct Completion {
  std::int64_t slot = 0;
  base::MonoTime time;  // when the batch was complete, stamped as close to the device as the engine can
};

using network::Operator;  // one operator of a model, as it was read

// One compiled model on one device. Batches run in slots; a slot runs one batch at a time. Not thread-safe.
class Session {
 public:
  virtual ~Session() = default;
  virtual record::WorkloadInfo describe() const = 0;
  virtual std::span<const Operator> operators() const = 0;  // in the order of their dependencies
  virtual std::int64_t slots() const = 0;  // how many batches may be in flight: 1 under the latency hint
  // Copies the images into every slot: seeded N(0, 1) or real ones, never an untouched buffer.
  virtual Result<void> set_input(const TensorView& images) = 0;
  // Copies the images, at most a batch, into the first rows of one slot, which is not in flight.
  virtual Result<void> set_slot_input(std::int64_t slot, const TensorView& images) = 0;
  // One batch of the first `images` images; may return before or after it is complete. With `any_batch` of 1 to the
  // compiled batch, else of the compiled batch alone.
  virtual Result<void> enqueue(std::int64_t slot, std::int64_t images) = 0;
  virtual Result<Completion> next_completion() = 0;          // blocks until any batch in flight is complete
  virtual Result<TensorView> output(std::int64_t slot) = 0;  // logits [images, classes] of its last batch
};

// Fails with ErrorKind::usage for what the user can mend (an unsupported operator, named; a broken file) and with
// run_failed for the rest (no memory). Not thread-safe.
class Engine {
 public:
  virtual ~Engine() = default;
  virtual std::string_view name() const = 0;     // "openvino"
  virtual std::string_view version() const = 0;  // of the engine's library
  virtual std::vector<DeviceInfo> devices() const = 0;
  virtual Result<std::unique_ptr<Session>> compile(const ModelSource& source, const SessionOptions& options) = 0;
};

}  // namespace wattlens::engine
