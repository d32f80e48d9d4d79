#include "dataset/idx.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "dataset/gzip.h"

namespace wattlens::dataset {
namespace {

constexpr std::size_t kMostBytes = std::size_t{1} << 30;
constexpr std::array<std::uint8_t, 4> kImages = {0, 0, 8, 3};
constexpr std::array<std::uint8_t, 4> kLabels = {0, 0, 8, 1};

std::unexpected<Error> bad(std::string_view name, std::string_view what) {
  return fail(ErrorKind::usage, fmt::format("{}: {}", name, what),
              "give the images and labels of a set such as Fashion-MNIST as they are published");
}

// What follows the header of a file whose dimensions are then known to fit its length.
struct Parsed {
  std::vector<std::int64_t> dimensions;
  std::vector<std::uint8_t> data;
};

Result<Parsed> parse(std::span<const std::byte> bytes, std::span<const std::uint8_t, 4> start, std::string_view name) {
  std::vector<std::uint8_t> file;
  if (is_gzip(bytes)) {
    auto unpacked = gunzip(bytes, kMostBytes);
    if (!unpacked) {
      return fail(unpacked.error().kind, fmt::format("{}: {}", name, unpacked.error().message), unpacked.error().hint);
    }
    file = *std::move(unpacked);
  } else {
    if (bytes.size() > kMostBytes) return bad(name, "larger than 1 GiB");
    file.resize(bytes.size());
    std::ranges::copy(bytes, std::as_writable_bytes(std::span(file)).begin());
  }
  const std::size_t header = 4 + std::size_t{4} * start[3];
  if (file.size() < header || !std::equal(start.begin(), start.end(), file.begin())) {
    return bad(name, fmt::format("no IDX file of {}", start[3] == 3 ? "images" : "labels"));
  }
  Parsed parsed;
  std::size_t expected = 1;
  for (std::size_t at = 4; at < header; at += 4) {
    std::size_t size = 0;
    for (std::size_t i = 0; i < 4; ++i) size = size << 8 | file[at + i];
    if (size == 0) return bad(name, "it holds nothing");
    if (size > kMostBytes / expected) return bad(name, "its header tells of more than 1 GiB");
    expected *= size;
    parsed.dimensions.push_back(static_cast<std::int64_t>(size));
  }
  if (file.size() - header != expected) {
    return bad(name, fmt::format("its header tells of {} bytes of data, it has {}", expected, file.size() - header));
  }
  file.erase(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(header));
  parsed.data = std::move(file);
  return parsed;
}

}  // namespace

Image IdxImages::image(std::int64_t number) const {
  Image image(size);
  const std::int64_t pixels = size.width * size.height;
  const std::uint8_t* gray = bytes.data() + number * pixels;
  std::uint8_t* rgb = image.bytes().data();
  for (std::int64_t i = 0; i < pixels; ++i) std::fill_n(rgb + 3 * i, 3, gray[i]);
  return image;
}

bool is_idx_images(std::span<const std::byte> bytes) {
  return is_gzip(bytes) || (bytes.size() >= kImages.size() &&
                            std::ranges::equal(bytes.first(kImages.size()), std::as_bytes(std::span(kImages))));
}

Result<IdxImages> parse_idx_images(std::span<const std::byte> bytes, std::string_view name) {
  WATTLENS_TRY(auto parsed, parse(bytes, kImages, name));
  const auto& sizes = parsed.dimensions;
  return IdxImages{{sizes[2], sizes[1]}, sizes[0], std::move(parsed.data)};
}

Result<std::vector<std::uint8_t>> parse_idx_labels(std::span<const std::byte> bytes, std::string_view name) {
  WATTLENS_TRY(auto parsed, parse(bytes, kLabels, name));
  return std::move(parsed.data);
}

}  // namespace wattlens::dataset
