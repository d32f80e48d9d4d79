// IDX files, as MNIST and Fashion-MNIST come: images of one channel of 8 bits, and their labels.
//
// Format: Y. LeCun, C. Cortes, "The MNIST database": 0, 0, type (8: unsigned bytes), number of dimensions; each
// dimension in 32 bits, most significant byte first; the data, row by row.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "dataset/image.h"

namespace wattlens::dataset {

struct IdxImages {
  Size size;
  std::int64_t count = 0;
  std::vector<std::uint8_t> bytes;  // image after image

  Image image(std::int64_t number) const;  // gray repeated as red, green and blue
};

bool is_idx_images(std::span<const std::byte> bytes);  // by its first bytes, packed with gzip or not

// Of a whole file, packed with gzip or not. Errors of kind usage name the file as `name`. Thread-safe.
Result<IdxImages> parse_idx_images(std::span<const std::byte> bytes, std::string_view name);
Result<std::vector<std::uint8_t>> parse_idx_labels(std::span<const std::byte> bytes, std::string_view name);

}  // namespace wattlens::dataset
