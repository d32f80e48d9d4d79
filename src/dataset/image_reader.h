// The images of a set one after the other, preprocessed; those that are broken are left out or end it.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "dataset/image_set.h"
#include "dataset/preprocess.h"

namespace wattlens::dataset {

enum class BrokenImages { skip, fail };

// Not thread-safe. The set outlives it.
class ImageReader {
 public:
  ImageReader(const ImageSet& set, const Preprocessing& steps, BrokenImages broken)
      : set_(set), steps_(steps), policy_(broken) {}

  // Writes the next image to `out`, which holds steps.values() numbers, and gives its number in the set; nothing at the
  // end. A broken image is the error, or is stepped over.
  Result<std::optional<std::size_t>> next(std::span<float> out);

  void restart() { next_ = 0; }  // the next image is the first one

  // Fills `out`, a whole number of images, beginning again at the set's end. Fails where no image can be read.
  Result<void> fill(std::span<float> out);

  const std::vector<std::string>& broken() const { return broken_; }  // what was wrong with each that was left out

 private:
  const ImageSet& set_;
  Preprocessing steps_;
  BrokenImages policy_;
  std::size_t next_ = 0;
  std::size_t seen_ = 0;  // images that were read, or are known to be broken
  std::vector<std::string> broken_;
};

}  // namespace wattlens::dataset
