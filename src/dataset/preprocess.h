// From a picture to a network's input, as torchvision evaluates its networks on images opened with Pillow.
//
// Resize(resize, bilinear, antialias), CenterCrop(crop), ToTensor, Normalize(mean, deviation): equal to torchvision's
// transforms bit for bit, in float32. Every step is in docs/images.md.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "dataset/image.h"

namespace wattlens::dataset {

struct Preprocessing {
  std::int64_t resize = 256;                                  // the shorter side, pixels
  std::int64_t crop = 224;                                    // side of the square in the middle, pixels
  std::array<float, 3> mean = {0.485F, 0.456F, 0.406F};       // of ImageNet, red, green, blue
  std::array<float, 3> deviation = {0.229F, 0.224F, 0.225F};  // of ImageNet

  std::size_t values() const { return static_cast<std::size_t>(3 * crop * crop); }
};

// For a network whose images have `image_size` pixels a side: that crop, and a resize in the usual proportion,
// image_size * 256 / 224 rounded to the nearest.
Preprocessing preprocessing_for(std::int64_t image_size);

// Writes [3, crop, crop], row by row, to `out`, which holds just so many numbers. Thread-safe.
void preprocess(const Image& image, const Preprocessing& steps, std::span<float> out);

}  // namespace wattlens::dataset
