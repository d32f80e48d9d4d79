#include "base/text.h"

#include <gtest/gtest.h>

namespace wattlens::base {
namespace {

TEST(Text, TrimAndSplitKeepTheMiddle) {
  EXPECT_EQ(trim(" \n a b \t"), "a b");
  EXPECT_EQ(trim("  "), "");
  EXPECT_EQ(split("a,,b", ',').size(), 3U);
  EXPECT_EQ(split("", ',').size(), 1U);
}

TEST(Text, NumbersMustFillTheWholeText) {
  EXPECT_EQ(parse_integer("42\n"), 42);
  EXPECT_EQ(parse_integer("42 J"), std::nullopt);
  EXPECT_EQ(parse_integer(""), std::nullopt);
  EXPECT_EQ(parse_integer("99999999999999999999"), std::nullopt);
  EXPECT_EQ(parse_number("1.5"), 1.5);
  EXPECT_EQ(parse_number("1,5"), std::nullopt);
}

TEST(Text, NearestNamesPutTheLikelyOneFirst) {
  const std::vector<std::string> names = {"alexnet", "resnet50", "mobilenet_v2", "vit_b_16"};
  EXPECT_EQ(nearest_names("resnet5", names).front(), "resnet50");
  EXPECT_EQ(nearest_names("mobilnet_v2", names).front(), "mobilenet_v2");
  EXPECT_TRUE(nearest_names("zzzzzzzz", names).empty());
}

}  // namespace
}  // namespace wattlens::base
