#include "dataset/preprocess.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "dataset/pictures.h"
#include "dataset/resample.h"

namespace wattlens::dataset {
namespace {

std::vector<float> preprocessed(const Image& image, const Preprocessing& steps) {
  std::vector<float> values(steps.values());
  preprocess(image, steps, values);
  return values;
}

// The pixel that a normalised value came from, as a real number.
double pixel_of(float value, std::size_t channel, const Preprocessing& steps) {
  return (static_cast<double>(value) * steps.deviation[channel] + steps.mean[channel]) * 255.0;
}

TEST(Preprocess, ASinglePixelFillsTheCrop) {
  Image image({1, 1});
  image.bytes()[0] = 255;
  image.bytes()[1] = 0;
  image.bytes()[2] = 51;
  const Preprocessing steps;
  const auto values = preprocessed(image, steps);
  ASSERT_EQ(values.size(), std::size_t{3} * 224 * 224);
  EXPECT_EQ(values.front(), (1.0F - 0.485F) / 0.229F);
  EXPECT_EQ(values[std::size_t{224} * 224], -0.456F / 0.224F);
  EXPECT_EQ(values.back(), (51.0F / 255.0F - 0.406F) / 0.225F);
}

TEST(Preprocess, ResizeKeepsTheUsualProportion) {
  EXPECT_EQ(preprocessing_for(224).resize, 256);
  EXPECT_EQ(preprocessing_for(384).resize, 439);  // 438.86
  EXPECT_EQ(preprocessing_for(32).resize, 37);    // 36.57
  EXPECT_EQ(preprocessing_for(1).resize, 1);
  EXPECT_EQ(preprocessing_for(384).crop, 384);
}

// A side of 4 million pixels once resized, of which 224 are made.
TEST(Preprocess, OnlyTheCropOfALongImageIsMade) {
  const auto values = preprocessed(drawn({16000, 1}), Preprocessing{});
  EXPECT_TRUE(std::ranges::all_of(values, [](float value) { return std::isfinite(value); }));
}

TEST(Preprocess, APartOfAResizedImageIsThatPartOfTheWhole) {
  const Image image = drawn({83, 59});
  const Size size{41, 97};
  const Image whole = resize_bilinear(image, size, {0, 0, size});
  const Image part = resize_bilinear(image, size, {7, 20, {13, 11}});
  for (std::int64_t y = 0; y < 11; ++y) {
    EXPECT_TRUE(std::equal(part.row(y), part.row(y) + 39, whole.row(20 + y) + 21)) << y;
  }
}

class Preprocessed : public testing::TestWithParam<int> {};

TEST_P(Preprocessed, AsTorchvisionOnPillow) {
  const auto entry = golden_list("preprocessing.json").at(GetParam());
  const Preprocessing steps{.resize = entry["resize"], .crop = entry["crop"]};
  const auto values = preprocessed(drawn({entry["width"], entry["height"]}), steps);
  const std::string where = base::to_text(entry).substr(0, 60);
  for (std::size_t i = 0; i < 5; ++i) {
    for (std::size_t j = 0; j < 5; ++j) {
      for (std::size_t c = 0; c < 3; ++c) {
        const auto at = [&](std::size_t k) {
          return std::llrint(static_cast<double>(k) * static_cast<double>(steps.crop - 1) / 4);
        };
        const auto index = static_cast<std::int64_t>(c) * steps.crop * steps.crop + at(i) * steps.crop + at(j);
        const double pixel = pixel_of(values[static_cast<std::size_t>(index)], c, steps);
        ASSERT_NEAR(pixel, entry["samples"][i][j][c].get<double>(), 1e-3) << where << ' ' << i << ' ' << j << ' ' << c;
      }
    }
  }
  EXPECT_EQ(fnv(std::as_bytes(std::span(values))), entry["floats_fnv"].get<std::string>()) << where;
}

INSTANTIATE_TEST_SUITE_P(Shapes, Preprocessed,
                         testing::Range(0, static_cast<int>(golden_list("preprocessing.json").size())));

}  // namespace
}  // namespace wattlens::dataset
