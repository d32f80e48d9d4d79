// Whatever is accepted as .safetensors has all its tensors inside the file.
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <span>

#include "network/safetensors.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto file = std::as_bytes(std::span(data, size));
  const auto tensors = wattlens::network::parse_safetensors(file, "input");
  if (!tensors) return 0;
  const std::less_equal<const std::byte*> not_after;
  for (const auto& tensor : *tensors) {
    if (tensor.bytes.empty()) continue;
    const bool inside = not_after(file.data(), tensor.bytes.data()) &&
                        not_after(tensor.bytes.data() + tensor.bytes.size(), file.data() + file.size());
    if (!inside) std::abort();
  }
  return 0;
}
