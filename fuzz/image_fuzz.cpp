// Whatever bytes come as an image: pixels within the limit, and a finite input for a network, or an error.
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <vector>

#include "dataset/decode.h"
#include "dataset/preprocess.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::int64_t kMostPixels = 1 << 16;
  const auto image = wattlens::dataset::decode_image(std::as_bytes(std::span(data, size)), "input", kMostPixels);
  if (!image) return 0;
  if (image->size().width * image->size().height > kMostPixels) std::abort();
  const auto steps = wattlens::dataset::preprocessing_for(16);
  std::vector<float> values(steps.values());
  wattlens::dataset::preprocess(*image, steps, values);
  for (const float value : values) {
    if (!std::isfinite(value)) std::abort();
  }
  return 0;
}
