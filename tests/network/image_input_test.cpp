#include "network/image_input.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wattlens::network {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Result<ImageInput> input(std::initializer_list<std::int64_t> shape) {
  return image_input_of(std::span(shape.begin(), shape.size()));
}

TEST(ImageInput, WhatIsNoBatchOfImagesIsRefused) {
  EXPECT_THAT(input({}).error().message, HasSubstr("[]"));
  EXPECT_THAT(input({-1, 128}).error().message, HasSubstr("[?, 128]"));
  EXPECT_THAT(input({1, 3, 16, 224, 224}).error().message, HasSubstr("no batch of images"));
  EXPECT_EQ(input({-1, 128}).error().kind, ErrorKind::usage);
}

TEST(ImageInput, ChannelsComeSecondOrLast) {
  const auto first = input({8, 3, 299, 299});
  ASSERT_TRUE(first);
  EXPECT_EQ(first->layout, ImageLayout::nchw);
  EXPECT_EQ(first->channels, 3);
  EXPECT_EQ(first->batch, 8);
  EXPECT_EQ(first->image_size, 299);
  EXPECT_THAT(first->shape(2, 299), ElementsAre(2, 3, 299, 299));
  const auto last = input({-1, 96, 96, 1});
  ASSERT_TRUE(last);
  EXPECT_EQ(last->layout, ImageLayout::nhwc);
  EXPECT_EQ(last->channels, 1);
  EXPECT_FALSE(last->batch);
  EXPECT_THAT(last->shape(2, 96), ElementsAre(2, 96, 96, 1));
}

TEST(ImageInput, ManyChannelsAreTheSmallestDimension) {
  EXPECT_EQ(input({1, 13, 64, 64})->channels, 13);
  EXPECT_EQ(input({1, 64, 64, 13})->layout, ImageLayout::nhwc);
  EXPECT_THAT(input({1, 64, 64, 64}).error().message, HasSubstr("which dimension"));
}

TEST(ImageInput, TinyImagesAreTakenAsChannelsFirst) { EXPECT_EQ(input({1, 3, 4, 4})->layout, ImageLayout::nchw); }

TEST(ImageInput, WhatIsOpenIsTakenAsColours) {
  const auto open = input({-1, -1, -1, -1});
  ASSERT_TRUE(open);
  EXPECT_EQ(open->channels, 3);
  EXPECT_EQ(open->layout, ImageLayout::nchw);
  EXPECT_FALSE(open->image_size);
}

TEST(ImageInput, OneKnownSideIsTheSize) { EXPECT_EQ(input({-1, 3, -1, 160})->image_size, 160); }

TEST(ImageInput, OblongImagesAreRefusedWithTheirSize) {
  EXPECT_THAT(input({1, 3, 256, 192}).error().message, HasSubstr("256 x 192"));
}

}  // namespace
}  // namespace wattlens::network
