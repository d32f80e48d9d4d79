// What a picture's header may ask for, before anything is allocated.
#pragma once

#include <fmt/core.h>

#include <cstdint>

#include "base/result.h"
#include "dataset/image.h"

namespace wattlens::dataset {

inline Result<void> check_size(Size size, std::int64_t most_pixels) {
  if (size.width < 1 || size.height < 1) {
    return fail(ErrorKind::usage, fmt::format("an image of {} x {} pixels", size.width, size.height));
  }
  if (size.height > most_pixels / size.width) {
    return fail(
        ErrorKind::usage,
        fmt::format("{} x {} pixels are more than the {} that are decoded", size.width, size.height, most_pixels),
        "make the image smaller: it is scaled down anyway");
  }
  return {};
}

}  // namespace wattlens::dataset
