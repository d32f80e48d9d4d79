#include "dataset/preprocess.h"

#include <algorithm>
#include <cassert>

#include "dataset/resample.h"

namespace wattlens::dataset {
namespace {

// torchvision's int(resize * long / short); Python divides whole numbers to the nearest double.
Size resized(Size size, std::int64_t resize) {
  const auto longer = [resize](std::int64_t long_side, std::int64_t short_side) {
    return static_cast<std::int64_t>(static_cast<double>(resize * long_side) / static_cast<double>(short_side));
  };
  if (size.width <= size.height) return {resize, longer(size.height, size.width)};
  return {longer(size.width, size.height), resize};
}

// What one axis keeps of its pixels, and where that lies in the crop.
struct Cut {
  std::int64_t from = 0;
  std::int64_t count = 0;
  std::int64_t to = 0;
};

// Python's round((side - crop) / 2) goes to the even neighbour; a side that is too short gets (crop - side) // 2
// before.
Cut cut(std::int64_t side, std::int64_t crop) {
  if (side < crop) return {0, side, (crop - side) / 2};
  const std::int64_t spare = side - crop;
  const bool half = spare % 2 != 0;
  const std::int64_t from = spare / 2 + (half && spare / 2 % 2 != 0 ? 1 : 0);
  return {from, crop, 0};
}

// (value / 255 - mean) / deviation in float32, for every value.
std::array<float, 256> normalised(float mean, float deviation) {
  std::array<float, 256> table{};
  for (std::size_t value = 0; value < table.size(); ++value) {
    table[value] = (static_cast<float>(value) / 255.0F - mean) / deviation;
  }
  return table;
}

}  // namespace

Preprocessing preprocessing_for(std::int64_t image_size) {
  Preprocessing steps;
  steps.crop = image_size;
  steps.resize = (image_size * 256 + 112) / 224;
  return steps;
}

void preprocess(const Image& image, const Preprocessing& steps, std::span<float> out) {
  assert(out.size() == steps.values());
  const Size size = resized(image.size(), steps.resize);
  const Cut across = cut(size.width, steps.crop);
  const Cut down = cut(size.height, steps.crop);
  const Image part = resize_bilinear(image, size, {across.from, down.from, {across.count, down.count}});
  const bool whole = part.size() == Size{steps.crop, steps.crop};
  for (std::size_t channel = 0; channel < 3; ++channel) {
    const auto table = normalised(steps.mean[channel], steps.deviation[channel]);
    float* plane = out.data() + static_cast<std::ptrdiff_t>(channel) * steps.crop * steps.crop;
    if (!whole) std::fill_n(plane, steps.crop * steps.crop, table[0]);
    for (std::int64_t y = 0; y < down.count; ++y) {
      const std::uint8_t* from = part.row(y) + channel;
      float* to = plane + (down.to + y) * steps.crop + across.to;
      for (std::int64_t x = 0; x < across.count; ++x) to[x] = table[from[3 * x]];
    }
  }
}

}  // namespace wattlens::dataset
