// Pictures from files: JPEG (libjpeg-turbo) and PNG (libpng), to the pixels that Pillow's convert("RGB") gives.
//
// What that means for gray, palettes, alpha, 16 bits and CMYK is said in docs/images.md. Nothing is turned after its
// EXIF orientation, and no colour profile is applied, as Pillow does neither.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/file.h"
#include "base/result.h"
#include "dataset/image.h"

namespace wattlens::dataset {

// Where Pillow begins to warn of a "decompression bomb": a quarter of a gibibyte at 3 bytes a pixel.
inline constexpr std::int64_t kMostPixels = 89'478'485;

// The picture that a file's bytes hold. Its kind is read from the bytes, not from `name`, which is for errors: of kind
// usage where it is no picture, is damaged, cut off, or has more pixels than `most_pixels`. Thread-safe.
Result<Image> decode_image(std::span<const std::byte> bytes, std::string_view name,
                           std::int64_t most_pixels = kMostPixels);

// The same of a file. An error of kind io where it cannot be read.
Result<Image> read_image(const base::Path& path, std::int64_t most_pixels = kMostPixels);

}  // namespace wattlens::dataset
