#include "record/model_name.h"

#include <gtest/gtest.h>

namespace wattlens::record {
namespace {

TEST(ModelName, ANetworkAloneHasSeededWeights) {
  EXPECT_EQ(parse_model_name("resnet50").network, "resnet50");
  EXPECT_EQ(parse_model_name("resnet50").file, "");
  EXPECT_EQ(parse_model_name("").network, "");
}

TEST(ModelName, ANetworkMayBringAStateDict) {
  const ModelName name = parse_model_name("resnet50@/data/v2@best.safetensors");
  EXPECT_EQ(name.network, "resnet50");
  EXPECT_EQ(name.file, "/data/v2@best.safetensors");
}

TEST(ModelName, AFileHasNoNetwork) {
  for (const std::string_view text :
       {"mine.onnx", "models/mine.onnx", "./a@b.onnx", "folder/model", "mine.pt", "mine.pt2", "a@b.pth"}) {
    EXPECT_EQ(parse_model_name(text).network, "") << text;
    EXPECT_EQ(parse_model_name(text).file, text);
  }
}

}  // namespace
}  // namespace wattlens::record
