// Whatever is read of an ONNX file is told, and its input judged, without a crash.
#include <cstdint>
#include <string_view>

#include "network/onnx_signature.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wattlens::network;
  const auto signature = parse_onnx_signature({reinterpret_cast<const char*>(data), size});
  if (!signature) return 0;
  (void)to_string(signature->outputs);
  const auto input = image_input_of("input", signature->inputs);
  if (input) (void)input->shape(1, 224);
  return 0;
}
