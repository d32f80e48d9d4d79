// Seeded images, and what the classifier of models/make_models.py and models/make_torch_models.py makes of them.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

#include "base/random.h"
#include "engine/engine.h"

namespace wattlens::engine {

struct Images {
  explicit Images(std::int64_t batch, std::int64_t size = 8)
      : shape{batch, 3, size, size}, values(static_cast<std::size_t>(batch * 3 * size * size)) {
    base::Random(7).fill_normal(values);
  }
  TensorView view() const { return {shape, values}; }

  std::vector<std::int64_t> shape;
  std::vector<float> values;
};

// The logits, in double.
inline std::vector<double> expected_logits(const Images& images) {
  constexpr double kMix[4][3] = {{1, 0, 0}, {0, -2, 0}, {0.5, 0.25, 4}, {1, 1, 1}};
  const auto pixels = images.shape[2] * images.shape[3];
  std::vector<double> logits;
  for (std::int64_t n = 0; n < images.shape[0]; ++n) {
    for (int k = 0; k < 4; ++k) {
      double logit = k;
      for (int c = 0; c < 3; ++c) {
        double sum = 0.0;
        for (std::int64_t p = 0; p < pixels; ++p) sum += images.values[(n * 3 + c) * pixels + p];
        logit += kMix[k][c] * sum / static_cast<double>(pixels);
      }
      logits.push_back(logit);
    }
  }
  return logits;
}

inline void expect_logits(const TensorView& output, const Images& images, double tolerance) {
  const auto expected = expected_logits(images);
  EXPECT_THAT(output.shape, testing::ElementsAre(images.shape[0], 4));
  ASSERT_EQ(output.values.size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_NEAR(output.values[i], expected[i], tolerance) << i;
}

}  // namespace wattlens::engine
