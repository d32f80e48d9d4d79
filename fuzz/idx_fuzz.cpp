// Whatever is accepted as an IDX file of images has just the bytes that its header tells of.
#include <cstdint>
#include <cstdlib>
#include <span>

#include "dataset/idx.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  const auto images = wattlens::dataset::parse_idx_images(bytes, "input");
  if (images) {
    const auto& [pixels, count, all] = *images;
    if (static_cast<std::size_t>(pixels.width * pixels.height * count) != all.size()) std::abort();
    if (pixels.width * pixels.height < 1 << 16 && images->image(count - 1).bytes().empty()) std::abort();
  }
  const auto labels = wattlens::dataset::parse_idx_labels(bytes, "input");
  if (labels && labels->empty()) std::abort();
  return 0;
}
