// A decoded picture: 8 bits of red, green and blue per pixel.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

namespace wattlens::dataset {

struct Size {
  std::int64_t width = 0;   // pixels
  std::int64_t height = 0;  // pixels
  bool operator==(const Size&) const = default;
};

// Rows from top to bottom, without padding. A moved-from image must not be read.
class Image {
 public:
  Image() = default;
  // Its pixels are not set.
  explicit Image(Size size) : size_(size), bytes_(std::make_unique_for_overwrite<std::uint8_t[]>(byte_count())) {}

  Size size() const { return size_; }
  std::span<std::uint8_t> bytes() { return {bytes_.get(), byte_count()}; }
  std::span<const std::uint8_t> bytes() const { return {bytes_.get(), byte_count()}; }
  std::uint8_t* row(std::int64_t y) { return bytes_.get() + y * size_.width * 3; }
  const std::uint8_t* row(std::int64_t y) const { return bytes_.get() + y * size_.width * 3; }

 private:
  std::size_t byte_count() const { return static_cast<std::size_t>(size_.width * size_.height * 3); }

  Size size_;
  std::unique_ptr<std::uint8_t[]> bytes_;
};

}  // namespace wattlens::dataset
