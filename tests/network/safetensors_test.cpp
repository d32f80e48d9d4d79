#include "network/safetensors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <string>

#include "base/random.h"
#include "network/scratch.h"

namespace wattlens::network {
namespace {

using testing::HasSubstr;

std::string file_of(const std::string& header, const std::string& data) {
  const std::uint64_t length = header.size();
  std::string text(sizeof length, '\0');
  std::memcpy(text.data(), &length, sizeof length);
  return text + header + data;
}

Result<std::vector<SavedTensor>> parse(const std::string& text) {
  return parse_safetensors(std::as_bytes(std::span(text)), "x.safetensors");
}

// The message of the error, or nothing.
std::string error_of(const std::string& header, const std::string& data) {
  const auto parsed = parse(file_of(header, data));
  if (parsed) return {};
  EXPECT_EQ(parsed.error().kind, ErrorKind::usage);
  EXPECT_THAT(parsed.error().message, HasSubstr("x.safetensors"));
  EXPECT_FALSE(parsed.error().hint.empty());
  return parsed.error().message;
}

const std::string kTwo =
    R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F16","shape":[1,2],"data_offsets":[8,12]}})";

TEST(Safetensors, AnEmptyFileAndAnEmptyHeaderAreTooShort) {
  EXPECT_FALSE(parse(""));
  EXPECT_FALSE(parse(std::string(7, '\0')));
  EXPECT_FALSE(parse(std::string(8, '\0')));
  EXPECT_TRUE(parse(file_of("{}", ""))->empty());
}

TEST(Safetensors, EveryTruncationIsAnError) {
  const std::string whole = file_of(kTwo, std::string(12, 'x'));
  ASSERT_TRUE(parse(whole));
  for (std::size_t length = 0; length < whole.size(); ++length) {
    EXPECT_FALSE(parse(whole.substr(0, length))) << length;
  }
}

TEST(Safetensors, TensorsAreFoundWithTypeShapeAndBytes) {
  const std::string whole = file_of(kTwo, "12345678abcd");
  const auto tensors = parse(whole);
  ASSERT_TRUE(tensors);
  ASSERT_EQ(tensors->size(), 2U);
  EXPECT_EQ((*tensors)[1].name, "b");
  EXPECT_EQ((*tensors)[1].type, "F16");
  EXPECT_EQ((*tensors)[1].shape, (Shape{1, 2}));
  EXPECT_EQ((*tensors)[1].bytes[0], std::byte{'a'});
}

TEST(Safetensors, AHugeHeaderIsNotBelieved) {
  EXPECT_THAT(parse("\xff\xff\xff\xff\xff\xff\xff\xff{}").error().message, HasSubstr("not a .safetensors file"));
  EXPECT_THAT(parse(std::string("PK\3\4") + std::string(100, 'x')).error().message, HasSubstr("not a .safetensors"));
}

TEST(Safetensors, AHeaderThatIsNoObjectIsRefused) {
  EXPECT_THAT(error_of("{\"a\":", ""), HasSubstr("not JSON"));
  EXPECT_THAT(error_of("[]", ""), HasSubstr("not a JSON object"));
  EXPECT_THAT(error_of(R"({"a":3})", ""), HasSubstr("\"a\""));
  EXPECT_THAT(error_of(R"({"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}})", "1234"), HasSubstr("proper"));
  EXPECT_THAT(error_of(R"({"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}})", "1234"), HasSubstr("proper"));
  EXPECT_THAT(error_of(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}})", "1234"), HasSubstr("proper"));
  EXPECT_THAT(error_of(R"({"a":{"dtype":7,"shape":[1],"data_offsets":[0,4]}})", "1234"), HasSubstr("proper"));
}

TEST(Safetensors, OffsetsThatOverlapLeaveHolesOrRunBackwardsAreRefused) {
  const auto two = [](const std::string& first, const std::string& second) {
    return R"({"a":{"dtype":"F32","shape":[1],"data_offsets":)" + first +
           R"(},"b":{"dtype":"F32","shape":[1],"data_offsets":)" + second + "}}";
  };
  EXPECT_EQ(error_of(two("[0,4]", "[4,8]"), "12345678"), "");
  EXPECT_EQ(error_of(two("[4,8]", "[0,4]"), "12345678"), "");
  EXPECT_THAT(error_of(two("[0,4]", "[2,6]"), "123456"), HasSubstr("overlap"));
  EXPECT_THAT(error_of(two("[0,4]", "[0,4]"), "1234"), HasSubstr("overlap"));
  EXPECT_THAT(error_of(two("[0,4]", "[6,10]"), "1234567890"), HasSubstr("hole"));
  EXPECT_THAT(error_of(two("[0,4]", "[8,4]"), "12345678"), HasSubstr("backwards"));
  EXPECT_THAT(error_of(two("[0,4]", "[4,8]"), "1234567890"), HasSubstr("belong to none"));
  EXPECT_THAT(error_of(two("[0,4]", "[4,18446744073709551615]"), "12345678"), HasSubstr("proper"));
}

TEST(Safetensors, ASizeThatDoesNotFitTheShapeIsRefused) {
  EXPECT_THAT(error_of(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}})", "1234"), HasSubstr("cannot have"));
  EXPECT_THAT(error_of(R"({"a":{"dtype":"F32","shape":[4294967296,4294967296,4],"data_offsets":[0,4]}})", "1234"),
              HasSubstr("cannot have"));
  EXPECT_THAT(error_of(R"({"a":{"dtype":"F32","shape":[4611686018427387904],"data_offsets":[0,0]}})", ""),
              HasSubstr("cannot have"));
}

TEST(Safetensors, DamagedBytesNeverLeadOutsideTheFile) {
  const std::string whole = file_of(kTwo, std::string(12, 'x'));
  base::Random random(1);
  int accepted = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string damaged = whole;
    for (std::uint64_t changes = 1 + random.below(3); changes > 0; --changes) {
      damaged[random.below(damaged.size())] = static_cast<char>(random.below(256));
    }
    const auto tensors = parse(damaged);
    if (!tensors) continue;
    ++accepted;
    const auto* const begin = reinterpret_cast<const std::byte*>(damaged.data());
    for (const SavedTensor& tensor : *tensors) {
      ASSERT_GE(tensor.bytes.data(), begin);
      ASSERT_LE(tensor.bytes.data() + tensor.bytes.size(), begin + damaged.size());
    }
  }
  EXPECT_GT(accepted, 0);  // a changed name or number is still a file
}

class SafetensorsFile : public ScratchFolder {};

TEST_F(SafetensorsFile, WhatIsWrittenIsRead) {
  const std::vector<float> values = {1.0F, -2.0F, 3.5F};
  const Shape shape = {3};
  const Shape scalar = {};
  const std::vector<NamedTensor> tensors = {{"a.\"b\"", shape, values}, {"c", scalar, std::span(values).first(1)}};
  ASSERT_TRUE(write_safetensors(folder_ / "x", tensors));
  const auto read = read_safetensors(folder_ / "x");
  ASSERT_TRUE(read) << read.error().message;
  ASSERT_EQ(read->tensors.size(), 2U);
  EXPECT_EQ(read->tensors[0].name, "a.\"b\"");
  EXPECT_EQ(read->tensors[0].shape, shape);
  EXPECT_TRUE(std::ranges::equal(read->tensors[0].bytes, std::as_bytes(std::span(values))));
  EXPECT_EQ(read->tensors[1].shape, scalar);
}

TEST_F(SafetensorsFile, AMissingFileIsNamed) {
  const auto read = read_safetensors(folder_ / "absent");
  ASSERT_FALSE(read);
  EXPECT_THAT(read.error().message, HasSubstr("absent"));
}

}  // namespace
}  // namespace wattlens::network
