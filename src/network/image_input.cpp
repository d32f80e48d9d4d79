#include "network/image_input.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace wattlens::network {
namespace {

constexpr std::int64_t kOpen = -1;
constexpr std::int64_t kMostChannelsOfAPicture = 4;  // grey, grey and alpha, colours, colours and alpha

bool is_channels(std::int64_t size, std::int64_t one, std::int64_t other) {
  if (size < 1) return false;
  return size <= kMostChannelsOfAPicture || (one != kOpen && other != kOpen && size < one && size < other);
}

std::optional<std::int64_t> known(std::int64_t size) { return size == kOpen ? std::nullopt : std::optional(size); }

}  // namespace

std::string_view to_string(ImageLayout layout) { return layout == ImageLayout::nchw ? "NCHW" : "NHWC"; }

std::vector<std::int64_t> ImageInput::shape(std::int64_t of_batch, std::int64_t of_size) const {
  if (layout == ImageLayout::nchw) return {of_batch, channels, of_size, of_size};
  return {of_batch, of_size, of_size, channels};
}

Result<ImageInput> image_input_of(std::span<const std::int64_t> shape) {
  const std::string hint = "wattlens runs models of images [batch, channels, height, width] or with channels last";
  if (shape.size() != 4) {
    return fail(ErrorKind::usage, fmt::format("its input {} is no batch of images", shape_text(shape)), hint);
  }
  ImageInput input{.batch = known(shape[0])};
  std::int64_t height = shape[2];
  std::int64_t width = shape[3];
  if (is_channels(shape[1], shape[2], shape[3])) {
    input.channels = shape[1];
  } else if (is_channels(shape[3], shape[1], shape[2])) {
    input.layout = ImageLayout::nhwc;
    input.channels = shape[3];
    height = shape[1];
    width = shape[2];
  } else if (shape[1] != kOpen) {
    return fail(ErrorKind::usage, fmt::format("which dimension of its input {} are the channels?", shape_text(shape)),
                hint);
  }
  if (height != kOpen && width != kOpen && height != width) {
    return fail(ErrorKind::usage, fmt::format("its images are {} x {} px", height, width),
                "wattlens runs square images: export the model with equal height and width");
  }
  input.image_size = height != kOpen ? known(height) : known(width);
  return input;
}

std::string shape_text(std::span<const std::int64_t> shape) {
  std::vector<std::string> parts;
  parts.reserve(shape.size());
  for (const std::int64_t size : shape) parts.push_back(size == kOpen ? "?" : fmt::format("{}", size));
  return fmt::format("[{}]", fmt::join(parts, ", "));
}

}  // namespace wattlens::network
