// Pictures and checksums of the tests of src/dataset, as tools/make_image_reference.py makes them.
#pragma once

#include <fmt/core.h>

#include <cstdint>
#include <span>
#include <string>

#include "base/file.h"
#include "base/json.h"
#include "dataset/image.h"
#include "fake/paths.h"

namespace wattlens::dataset {

inline std::string fnv(std::span<const std::byte> bytes) {
  std::uint64_t value = 0xCBF29CE484222325;
  for (const std::byte byte : bytes) value = (value ^ static_cast<std::uint64_t>(byte)) * 0x100000001B3;
  return fmt::format("{:016x}", value);
}

// Smooth parts, edges and noise.
inline Image drawn(Size size) {
  Image image(size);
  for (std::int64_t y = 0; y < size.height; ++y) {
    for (std::int64_t x = 0; x < size.width; ++x) {
      for (std::int64_t c = 0; c < 3; ++c) {
        const std::int64_t smooth = (x * (3 + c) + y * (5 - c)) / 4;
        const std::int64_t edges = (x / 16 + y / 16) % 2 * 90;
        const std::int64_t noise = ((x * 7919 + y * 104729 + c * 1299709) * 2654435761 % 4294967296) >> 27;
        image.row(y)[3 * x + c] = static_cast<std::uint8_t>((smooth + edges + noise) % 256);
      }
    }
  }
  return image;
}

inline base::Path golden_images() { return fake::test_folder() / "golden/images"; }

inline base::Json golden_list(const std::string& name) {
  return base::parse_json(base::read_text(golden_images() / name).value(), name).value();
}

}  // namespace wattlens::dataset
