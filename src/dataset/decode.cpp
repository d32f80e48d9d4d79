#include "dataset/decode.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "dataset/jpeg.h"
#include "dataset/png.h"

namespace wattlens::dataset {
namespace {

constexpr std::array<std::uint8_t, 3> kJpegStart = {0xFF, 0xD8, 0xFF};
constexpr std::array<std::uint8_t, 8> kPngStart = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
constexpr auto kHint = "mend or remove the file; run --broken-images skip leaves such files out";

bool starts_with(std::span<const std::byte> bytes, std::span<const std::uint8_t> start) {
  return bytes.size() >= start.size() && std::ranges::equal(bytes.first(start.size()), std::as_bytes(start));
}

Result<Image> decode(std::span<const std::byte> bytes, std::int64_t most_pixels) {
  if (bytes.empty()) return fail(ErrorKind::usage, "the file is empty", kHint);
  if (starts_with(bytes, kJpegStart)) return decode_jpeg(bytes, most_pixels);
  if (starts_with(bytes, kPngStart)) return decode_png(bytes, most_pixels);
  return fail(ErrorKind::usage, "neither a JPEG nor a PNG image", kHint);
}

}  // namespace

Result<Image> decode_image(std::span<const std::byte> bytes, std::string_view name, std::int64_t most_pixels) {
  auto image = decode(bytes, most_pixels);
  if (image) return image;
  const Error& error = image.error();
  return fail(error.kind, fmt::format("{}: {}", name, error.message), error.hint.empty() ? kHint : error.hint);
}

Result<Image> read_image(const base::Path& path, std::int64_t most_pixels) {
  WATTLENS_TRY(const auto file, base::MappedFile::open(path));
  return decode_image(file.bytes(), path.string(), most_pixels);
}

}  // namespace wattlens::dataset
