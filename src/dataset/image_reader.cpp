#include "dataset/image_reader.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

namespace wattlens::dataset {

Result<std::optional<std::size_t>> ImageReader::next(std::span<float> out) {
  while (next_ < set_.size()) {
    const std::size_t number = next_++;
    const auto image = set_.read(number);
    if (image) {
      preprocess(*image, steps_, out);
      return number;
    }
    if (policy_ == BrokenImages::fail) return std::unexpected(image.error());
    if (number >= seen_) broken_.push_back(image.error().message);
    seen_ = std::max(seen_, number + 1);
  }
  return std::nullopt;
}

Result<void> ImageReader::fill(std::span<float> out) {
  const std::size_t image = steps_.values();
  const std::size_t wanted = out.size() / image;
  std::size_t done = 0;
  while (done < wanted) {
    WATTLENS_TRY(const auto number, next(out.subspan(done * image, image)));
    if (number) {
      ++done;
      continue;
    }
    if (done == 0) {
      return fail(ErrorKind::usage, fmt::format("none of the {} images of {} can be read", set_.size(), set_.name()),
                  broken_.empty() ? std::string() : fmt::format("the first: {}", broken_.front()));
    }
    // Copies of what was read: no image is decoded twice.
    for (std::size_t i = done; i < wanted; ++i)
      std::ranges::copy(out.subspan((i - done) * image, image), out.begin() + static_cast<std::ptrdiff_t>(i * image));
    return {};
  }
  return {};
}

}  // namespace wattlens::dataset
