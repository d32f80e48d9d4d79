#include "dataset/decode.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "dataset/pictures.h"

namespace wattlens::dataset {
namespace {

using testing::AnyOf;
using testing::HasSubstr;
using testing::StartsWith;

Result<Image> decode(const std::string& bytes, std::int64_t most_pixels = kMostPixels) {
  return decode_image(std::as_bytes(std::span(bytes)), "cat.jpg", most_pixels);
}

// The message of the error; nothing where there is none.
std::string error_of(const std::string& bytes, std::int64_t most_pixels = kMostPixels) {
  const auto image = decode(bytes, most_pixels);
  if (image) return {};
  EXPECT_EQ(image.error().kind, ErrorKind::usage);
  EXPECT_FALSE(image.error().hint.empty());
  EXPECT_THAT(image.error().message, StartsWith("cat.jpg: "));
  EXPECT_EQ(image.error().message.find('\n'), std::string::npos);
  return image.error().message;
}

std::string golden(const std::string& name) { return base::read_text(golden_images() / name).value(); }

TEST(Decode, AnEmptyFileIsAnError) { EXPECT_THAT(error_of(""), HasSubstr("empty")); }

TEST(Decode, WhatIsNoImageIsAnError) {
  for (const std::string text : {"x", "GIF89a", "\xFF", "<html></html>", "\x89PNG"}) {
    EXPECT_THAT(error_of(text), HasSubstr("neither a JPEG nor a PNG")) << text;
  }
}

TEST(Decode, AFileThatIsNotThereIsNamed) {
  const auto image = read_image("/no/such/file.png");
  ASSERT_FALSE(image.has_value());
  EXPECT_EQ(image.error().kind, ErrorKind::io);
  EXPECT_THAT(image.error().message, HasSubstr("/no/such/file.png"));
}

TEST(Decode, AFileCutAnywhereIsAnError) {
  for (const std::string name : {"rgb_420.jpg", "progressive.jpg", "cmyk_adobe.jpg", "rgb.png", "interlaced.png",
                                 "palette_2.png", "gray_16.png"}) {
    const std::string whole = golden(name);
    for (std::size_t size = 8; size < whole.size(); ++size) {
      ASSERT_THAT(error_of(whole.substr(0, size)), AnyOf(HasSubstr("truncated"), HasSubstr("damaged")))
          << name << " at " << size;
    }
  }
}

TEST(Decode, AWrongChecksumIsAnError) {
  std::string bytes = golden("rgb.png");
  bytes[bytes.size() - 20] ^= 1;
  EXPECT_THAT(error_of(bytes), HasSubstr("damaged PNG"));
}

TEST(Decode, EveryFlippedByteGivesAnImageOrAnError) {
  for (const std::string name : {"progressive.jpg", "ycck_adobe.jpg", "palette_2.png"}) {
    const std::string whole = golden(name);
    for (std::size_t at = 0; at < whole.size(); ++at) {
      std::string bytes = whole;
      bytes[at] = static_cast<char>(~bytes[at]);
      const auto image = decode(bytes, 1 << 16);
      EXPECT_TRUE(!image || image->bytes().size() >= 3);
    }
  }
}

TEST(Decode, MorePixelsThanTheLimitAreAnError) {
  EXPECT_THAT(error_of(golden("rgb_420.jpg"), std::int64_t{37} * 29 - 1),
              HasSubstr("37 x 29 pixels are more than the 1072"));
  EXPECT_TRUE(decode(golden("rgb_420.jpg"), std::int64_t{37} * 29));
  EXPECT_THAT(error_of(golden("rgb.png"), std::int64_t{37} * 29 - 1), HasSubstr("37 x 29"));
}

// 50,000 x 50,000 pixels in a header of a few bytes.
TEST(Decode, ADecompressionBombIsRefusedByItsHeader) {
  EXPECT_THAT(error_of(golden("bomb.png")), HasSubstr("50000 x 50000 pixels are more than the 89478485"));
  std::string jpeg = golden("gray.jpg");
  const auto frame = jpeg.find("\xFF\xC0");
  ASSERT_NE(frame, std::string::npos);
  jpeg.replace(frame + 5, 4, "\xC3\x50\xC3\x50");
  EXPECT_THAT(error_of(jpeg), HasSubstr("50000 x 50000 pixels are more than the 89478485"));
}

class Decoded : public testing::TestWithParam<std::string> {};

TEST_P(Decoded, AsPillowConvertsToRgb) {
  for (const auto& entry : golden_list("images.json")) {
    if (entry["file"].get<std::string>() != GetParam()) continue;
    const auto image = decode(golden(GetParam()));
    ASSERT_TRUE(image.has_value()) << image.error().message;
    EXPECT_EQ(image->size(), (Size{entry["width"], entry["height"]}));
    const auto first = entry["first"].get<std::vector<int>>();
    EXPECT_EQ(std::vector<int>(image->bytes().begin(), image->bytes().begin() + std::ssize(first)), first);
    EXPECT_EQ(fnv(std::as_bytes(image->bytes())), entry["fnv"].get<std::string>());
  }
}

std::vector<std::string> golden_files() {
  std::vector<std::string> names;
  for (const auto& entry : golden_list("images.json")) names.push_back(entry["file"]);
  return names;
}

std::string test_name(const testing::TestParamInfo<std::string>& info) {
  std::string name = info.param;
  name[name.rfind('.')] = '_';
  return name;
}

INSTANTIATE_TEST_SUITE_P(Files, Decoded, testing::ValuesIn(golden_files()), test_name);

}  // namespace
}  // namespace wattlens::dataset
