// Reads and writes .safetensors files: named tensors behind a JSON header (huggingface/safetensors, README "Format").
//
// A file is believed only as far as it has been checked: every size in the header against the file, every offset
// against its neighbours. Errors (ErrorKind::usage) name the file and the tensor. Thread-safe.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/file.h"
#include "base/result.h"
#include "network/graph.h"

namespace wattlens::network {

struct SavedTensor {
  std::string name;
  std::string type;  // as the file has it: "F32", "BF16", "I64", …
  Shape shape;
  std::span<const std::byte> bytes;
};

// The tensors of a whole file that lies in memory, in the order of their bytes. `what` names it in errors.
Result<std::vector<SavedTensor>> parse_safetensors(std::span<const std::byte> file, std::string_view what);

// A mapped file and its tensors.
struct Safetensors {
  std::vector<SavedTensor> tensors;
  std::shared_ptr<const base::MappedFile> file;  // what their bytes point into
};
Result<Safetensors> read_safetensors(const base::Path& path);

struct NamedTensor {
  std::string_view name;
  std::span<const std::int64_t> shape;
  std::span<const float> values;
};

// In float32, streamed in the order given; the file appears whole or not at all.
Result<void> write_safetensors(const base::Path& path, std::span<const NamedTensor> tensors);

}  // namespace wattlens::network
