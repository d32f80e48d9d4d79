// A batching policy as the configuration of a model server: Triton, TorchServe, OpenVINO Model Server.
//
// Nothing is changed silently: what a server does otherwise than the policy is told in `differences` (and as comments
// where the format has them), and a policy that it cannot express at all is an error (usage) that names the nearest
// one. Pure and thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "serving/policy.h"

namespace wattlens::serving {

struct TensorFacts {
  std::string name;
  std::string type;                 // "f32", "f16", "bf16", "u8", "i32", "i64"
  std::vector<std::int64_t> shape;  // of one request, without the batch dimension
};

enum class ServedBy { openvino, libtorch };  // the engine that the policy was measured on

struct ModelFacts {
  std::string name;  // letters, digits, '_', '-' and '.'
  ServedBy engine = ServedBy::openvino;
  std::string file;  // "model.onnx", "model.pt"
  bool gpu = false;
  bool guessed = false;  // names and shapes of the tensors are not known: those below are usual ones
  std::vector<TensorFacts> inputs;
  std::vector<TensorFacts> outputs;
};

struct ServerConfig {
  std::string file;  // how the server wants it to be named: "config.pbtxt"
  std::string text;
  std::vector<std::string> differences;  // a sentence each; empty: the server does what was simulated
};

// Triton's model configuration (triton-inference-server/common, protobuf/model_config.proto): max_batch_size,
// dynamic_batching with preferred_batch_size and max_queue_delay_microseconds, one instance.
Result<ServerConfig> triton_config(const Policy& policy, const ModelFacts& model);

// TorchServe's model-config.yaml: batchSize, maxBatchDelay (milliseconds), jobQueueSize, one worker.
Result<ServerConfig> torchserve_config(const Policy& policy, const ModelFacts& model);

// OpenVINO Model Server's config.json: it has no batcher of its own; OpenVINO's automatic batching (target device
// BATCH:CPU(16), AUTO_BATCH_TIMEOUT in milliseconds) comes nearest.
Result<ServerConfig> openvino_server_config(const Policy& policy, const ModelFacts& model);

// For the three above. An error where the name or a tensor cannot be written.
Result<void> check_model(const ModelFacts& model);

// `policy` cannot be expressed by `server`, for the reason given; `nearest` can.
std::unexpected<Error> not_expressible(const Policy& policy, std::string_view server, std::string_view reason,
                                       const Policy& nearest);

// A delay in whole milliseconds, at least 1; where that is not the policy's, a sentence is added to `differences`.
std::int64_t whole_milliseconds(const Policy& policy, std::vector<std::string>& differences);

// Dynamic with one preferred size, its largest, is nothing but a time-out; so is a time-out. Else empty.
std::optional<Policy> as_timeout(const Policy& policy);

}  // namespace wattlens::serving
