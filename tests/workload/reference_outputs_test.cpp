#include "workload/reference_outputs.h"

#include <gmock/gmock.h>

namespace wattlens::workload {
namespace {

using testing::SizeIs;

TEST(ReferenceOutputs, AnUnknownNetworkHasNone) {
  EXPECT_EQ(embedded_references(""), "");
  EXPECT_EQ(embedded_references("no_such_network"), "");
}

TEST(ReferenceOutputs, EveryBuiltInNetworkOfTheDemoHasSome) {
  for (const auto* network :
       {"alexnet", "densenet121", "shufflenet_v2_x0_5", "vit_b_16", "convnext_base", "resnet50", "mobilenet_v2"}) {
    const auto references = parse_references(embedded_references(network));
    ASSERT_TRUE(references) << network << ": " << references.error().message;
    for (const auto& reference : *references) {
      EXPECT_GE(reference.image_size, 32);
      EXPECT_THAT(reference.logits, SizeIs(2));
      EXPECT_THAT(reference.logits[0], SizeIs(1000));
    }
  }
}

TEST(ReferenceOutputs, HowFarPyTorchIsOffMayBeTold) {
  const auto told = parse_references(
      R"({"schema": "wattlens.reference_outputs/1",
          "sizes": [{"image_size": 32, "logits": [[1, 2]], "error": {"bf16": 0.25}},
                    {"image_size": 64, "logits": [[1, 2]]}]})");
  ASSERT_TRUE(told.has_value()) << told.error().message;
  EXPECT_DOUBLE_EQ(told->at(0).error.at("bf16"), 0.25);
  EXPECT_TRUE(told->at(1).error.empty());
}

TEST(ReferenceOutputs, BrokenTextIsAnError) {
  for (const auto* text :
       {"", "{}", R"({"schema": "wattlens.reference_outputs/2", "sizes": []})",
        R"({"schema": "wattlens.reference_outputs/1", "sizes": []})",
        R"({"schema": "wattlens.reference_outputs/1", "sizes": [{"image_size": 32, "logits": []}]})",
        R"({"schema": "wattlens.reference_outputs/1", "sizes": [{"image_size": 32, "logits": [[]]}]})",
        R"({"schema": "wattlens.reference_outputs/1", "sizes": [{"image_size": 32, "logits": [[1], [1, 2]]}]})",
        R"({"schema": "wattlens.reference_outputs/1", "sizes": [{"image_size": 32, "logits": [[null]]}]})",
        R"({"schema": "wattlens.reference_outputs/1", "sizes": [{"logits": [[1]]}]})",
        R"({"schema": "wattlens.reference_outputs/1",
            "sizes": [{"image_size": 8, "logits": [[1]], "error": {"bf16": -1}}]})",
        R"({"schema": "wattlens.reference_outputs/1",
            "sizes": [{"image_size": 8, "logits": [[1]], "error": {"bf16": null}}]})"}) {
    EXPECT_FALSE(parse_references(text)) << text;
  }
}

}  // namespace
}  // namespace wattlens::workload
