// JPEG to RGB with libjpeg-turbo: accurate integer DCT, smooth chroma upsampling, no scaled decoding, as Pillow does.
//
// Gray is repeated; CMYK and YCCK become RGB by Pillow's formula, the inks taken as inverted. Damage that
// libjpeg would paint over (data that ends early or makes no sense) is an error of kind usage. Thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/result.h"
#include "dataset/image.h"

namespace wattlens::dataset {

Result<Image> decode_jpeg(std::span<const std::byte> bytes, std::int64_t most_pixels);

}  // namespace wattlens::dataset
