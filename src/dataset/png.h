// PNG to RGB with libpng, as Pillow's convert("RGB") gives it: alpha, transparency, gamma and colour profiles are left
// out, gray of 16 bits is cut off at 255, colours of 16 bits keep their high byte.
//
// Damage, also of a chunk's checksum, is an error of kind usage. Thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/result.h"
#include "dataset/image.h"

namespace wattlens::dataset {

Result<Image> decode_png(std::span<const std::byte> bytes, std::int64_t most_pixels);

}  // namespace wattlens::dataset
