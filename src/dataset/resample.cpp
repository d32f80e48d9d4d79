#include "dataset/resample.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <utility>
#include <vector>

namespace wattlens::dataset {
namespace {

// Pillow's PRECISION_BITS: 32 less 8 of the pixel less 2 of safety.
constexpr int kFractionBits = 22;
constexpr std::int32_t kHalf = 1 << (kFractionBits - 1);

// What the pixels of one axis of the result are made of.
struct Filter {
  struct Taps {
    std::int64_t first = 0;  // pixel of the source
    std::int64_t count = 0;
  };
  std::vector<Taps> taps;                  // one per pixel of the result
  std::vector<std::int32_t> coefficients;  // `stride` for each, in units of 2^-22
  std::int64_t stride = 0;

  const std::int32_t* coefficients_of(std::size_t pixel) const {
    return coefficients.data() + pixel * static_cast<std::size_t>(stride);
  }
};

// Toward 0, as C does: Pillow adds 0.5 before.
std::int64_t truncated(double value) { return static_cast<std::int64_t>(value); }

double triangle(double x) { return std::max(0.0, 1.0 - std::abs(x)); }

// Of the pixels begin ... begin + count of an axis of `from` pixels resized to `to`. In Pillow's order of operations.
Filter make_filter(std::int64_t from, std::int64_t to, std::int64_t begin, std::int64_t count) {
  const double scale = static_cast<double>(from) / static_cast<double>(to);
  const double support = std::max(scale, 1.0);
  const double shrink = 1.0 / support;
  Filter filter;
  filter.stride = static_cast<std::int64_t>(std::ceil(support)) * 2 + 1;
  filter.taps.resize(static_cast<std::size_t>(count));
  filter.coefficients.resize(static_cast<std::size_t>(count * filter.stride));
  std::vector<double> weights;
  for (std::size_t i = 0; i < filter.taps.size(); ++i) {
    const double center = (static_cast<double>(begin) + static_cast<double>(i) + 0.5) * scale;
    const auto low = std::max<std::int64_t>(0, truncated(center - support + 0.5));
    const auto high = std::min(from, truncated(center + support + 0.5));
    weights.clear();
    double sum = 0.0;
    for (std::int64_t x = low; x < high; ++x) {
      weights.push_back(triangle((static_cast<double>(x) - center + 0.5) * shrink));
      sum += weights.back();
    }
    filter.taps[i] = {low, high - low};
    std::int32_t* out = filter.coefficients.data() + static_cast<std::int64_t>(i) * filter.stride;
    for (const double weight : weights) {
      const double share = sum != 0.0 ? weight / sum : weight;
      *out++ = static_cast<std::int32_t>(truncated(0.5 + share * (1 << kFractionBits)));
    }
  }
  return filter;
}

std::uint8_t to_byte(std::int32_t sum) { return static_cast<std::uint8_t>(std::clamp(sum >> kFractionBits, 0, 255)); }

void resize_row(const std::uint8_t* row, const Filter& filter, std::uint8_t* out) {
  for (std::size_t i = 0; i < filter.taps.size(); ++i, out += 3) {
    const auto [first, count] = filter.taps[i];
    const std::int32_t* coefficient = filter.coefficients_of(i);
    const std::uint8_t* pixel = row + first * 3;
    std::int32_t red = kHalf;
    std::int32_t green = kHalf;
    std::int32_t blue = kHalf;
    for (std::int64_t k = 0; k < count; ++k, pixel += 3) {
      red += pixel[0] * coefficient[k];
      green += pixel[1] * coefficient[k];
      blue += pixel[2] * coefficient[k];
    }
    out[0] = to_byte(red);
    out[1] = to_byte(green);
    out[2] = to_byte(blue);
  }
}

// Row `y` of the result from rows of equal width, which begin at row `first_row` of the source.
void mix_rows(const Image& rows, std::int64_t first_row, const Filter& filter, std::size_t y,
              std::vector<std::int32_t>& sums, std::uint8_t* out) {
  const auto [first, count] = filter.taps[y];
  const std::int32_t* coefficients = filter.coefficients_of(y);
  std::ranges::fill(sums, kHalf);
  for (std::int64_t k = 0; k < count; ++k) {
    const std::uint8_t* row = rows.row(first - first_row + k);
    const std::int32_t coefficient = coefficients[k];
    for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += row[i] * coefficient;
  }
  std::ranges::transform(sums, out, to_byte);
}

}  // namespace

Image resize_bilinear(const Image& image, Size size, const Region& region) {
  assert(region.left >= 0 && region.top >= 0 && region.left + region.size.width <= size.width &&
         region.top + region.size.height <= size.height);
  const Filter across = make_filter(image.size().width, size.width, region.left, region.size.width);
  const Filter down = make_filter(image.size().height, size.height, region.top, region.size.height);
  const std::int64_t first_row = down.taps.front().first;
  const std::int64_t rows = down.taps.back().first + down.taps.back().count - first_row;
  Image narrow({region.size.width, rows});
  for (std::int64_t y = 0; y < rows; ++y) resize_row(image.row(first_row + y), across, narrow.row(y));
  Image result(region.size);
  std::vector<std::int32_t> sums(static_cast<std::size_t>(region.size.width * 3));
  for (std::size_t y = 0; y < down.taps.size(); ++y) {
    mix_rows(narrow, first_row, down, y, sums, result.row(static_cast<std::int64_t>(y)));
  }
  return result;
}

}  // namespace wattlens::dataset
