#include "study/one_way.h"

#include <gmock/gmock.h>

namespace wattlens::study {
namespace {

using record::PlanPoint;
using testing::HasSubstr;

TEST(OneWay, ModelsBatchesAndPoliciesMayDiffer) {
  EXPECT_TRUE(check_one_way({}, "it"));
  const PlanPoint points[] = {{.model = "a", .batch = 1, .image_size = 224, .policy = "1"},
                              {.model = "a", .batch = 8, .image_size = 224, .policy = "greedy"},
                              {.model = "b", .batch = 8, .image_size = 384}};
  EXPECT_TRUE(check_one_way(points, "it"));
}

TEST(OneWay, WhatElseDiffersIsNamedWithItsFlag) {
  const PlanPoint usual{.model = "a"};
  const auto refusal = [&](const PlanPoint& other) {
    const PlanPoint points[] = {usual, other};
    const auto checked = check_one_way(points, "--slo");
    return checked ? std::string() : checked.error().message;
  };
  EXPECT_THAT(refusal({.model = "b", .engine = "libtorch"}), HasSubstr("--slo looks at one value of --engine"));
  EXPECT_THAT(refusal({.model = "b", .device = "gpu"}), HasSubstr("--device"));
  EXPECT_THAT(refusal({.model = "b", .precision = "bf16"}), HasSubstr("'f32' and 'bf16'"));
  EXPECT_THAT(refusal({.model = "b", .hint = "throughput"}), HasSubstr("--hint"));
  EXPECT_THAT(refusal({.model = "a", .image_size = 256}), HasSubstr("--image-size: '224' and '256'"));
  EXPECT_THAT(refusal({.model = "b", .threads = 2}), HasSubstr("--threads"));
  EXPECT_THAT(refusal({.model = "b", .preprocess = "inside"}), HasSubstr("--preprocess"));
  EXPECT_THAT(refusal({.model = "b", .settings = "cpu.turbo=off"}), HasSubstr("--vary"));
}

}  // namespace
}  // namespace wattlens::study
