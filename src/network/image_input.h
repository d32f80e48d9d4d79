// How a model takes its images, found from the shape of its input. Plain values; pure and thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace wattlens::network {

enum class ImageLayout { nchw, nhwc };

std::string_view to_string(ImageLayout layout);  // "NCHW"

struct ImageInput {
  ImageLayout layout = ImageLayout::nchw;
  std::int64_t channels = 3;
  std::optional<std::int64_t> batch;       // absent: any
  std::optional<std::int64_t> image_size;  // pixels along each side; absent: any, or not told

  // In the model's own layout.
  std::vector<std::int64_t> shape(std::int64_t of_batch, std::int64_t of_size) const;
};

// `shape` has -1 where a size is open. The channels are the dimension, of the second and the last, that is at most 4;
// else the one that is smaller than both others; where neither is known, NCHW with three channels is meant. Fails with
// usage for what is no image: other than four dimensions, or height and width that differ.
Result<ImageInput> image_input_of(std::span<const std::int64_t> shape);

std::string shape_text(std::span<const std::int64_t> shape);  // "[?, 3, 224, 224]"

}  // namespace wattlens::network
