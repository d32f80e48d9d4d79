// The inputs and outputs that an ONNX file declares, read without its weights and without an engine. Thread-safe.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/file.h"
#include "base/result.h"
#include "network/image_input.h"

namespace wattlens::network {

struct TensorSignature {
  std::string name;
  std::string type;                                // "f32", "i64"; "sequence or other" for what is no tensor
  std::optional<std::vector<std::int64_t>> shape;  // -1 where a size is open; absent: any rank
};

struct OnnxSignature {
  std::vector<TensorSignature> inputs;  // without those that stand for weights
  std::vector<TensorSignature> outputs;
};

// Fails with usage, naming the file, where it is missing, or no whole ONNX model.
Result<OnnxSignature> read_onnx_signature(const base::Path& file);

// The same of the bytes of a file; for tests and fuzzing.
Result<OnnxSignature> parse_onnx_signature(std::string_view bytes);

// How the model takes its images. Fails with usage where it has other than one input, or one that is no image: text,
// whole numbers, another rank. The message begins with `name` and tells every input.
Result<ImageInput> image_input_of(std::string_view name, std::span<const TensorSignature> inputs);

// "tokens i64 [?, 128], mask f32 [?, 1, 128]"
std::string to_string(std::span<const TensorSignature> tensors);

}  // namespace wattlens::network
