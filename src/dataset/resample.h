// Pillow's bilinear resize, bit for bit, of the part of the result that is wanted.
//
// Source: Pillow, src/libImaging/Resample.c: a triangle filter whose support grows with the reduction (antialias),
// coefficients in double rounded to 22 fractional bits, first along rows, then along columns, each rounded to 8 bits.
#pragma once

#include <cstdint>

#include "dataset/image.h"

namespace wattlens::dataset {

// Of a picture: the pixels from (left, top) on.
struct Region {
  std::int64_t left = 0;
  std::int64_t top = 0;
  Size size;
};

// What `region` holds of `image` resized to `size`; it lies inside, and neither is empty. Costs what the region costs:
// a picture that would be huge after resizing is never made. Thread-safe.
Image resize_bilinear(const Image& image, Size size, const Region& region);

}  // namespace wattlens::dataset
