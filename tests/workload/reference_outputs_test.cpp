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

TEST(ReferenceOutputs, SwappedImagesNeverPassWhateverErrorIsTold) {
  const std::vector<float> swapped = {0.0F, 1.0F, 1.0F, 0.6F};
  const std::vector<float> constant = {0.5F, 0.8F, 0.5F, 0.8F};
  for (const double own : {0.0, 0.01, 0.1, 0.3, 0.9}) {
    const ReferenceOutputs reference{.image_size = 8, .logits = {{1.0, 0.6}, {0.0, 1.0}}, .error = {{"bf16", own}}};
    EXPECT_NE(compare_with(reference, swapped, 2, "bf16", "it").status, record::CheckStatus::passed) << own;
    EXPECT_NE(compare_with(reference, constant, 2, "bf16", "it").status, record::CheckStatus::passed) << own;
  }
}

TEST(ReferenceOutputs, WherePyTorchIsFartherOffThanImagesFromEachOtherNothingIsCompared) {
  const ReferenceOutputs reference{.image_size = 8, .logits = {{1.0, 0.6}, {0.0, 1.0}}, .error = {{"bf16", 0.4}}};
  const std::vector<float> right = {1.0F, 0.6F, 0.0F, 1.0F};
  const auto check = compare_with(reference, right, 2, "bf16", "it");
  EXPECT_EQ(check.status, record::CheckStatus::not_run);
  EXPECT_NE(check.reference.find("nothing can be compared"), std::string::npos);
  EXPECT_EQ(compare_with(reference, right, 2, "f32", "it").status, record::CheckStatus::passed);
  const std::vector<float> broken = {1.0F, NAN, 0.0F, 1.0F};
  EXPECT_EQ(compare_with(reference, broken, 2, "bf16", "it").status, record::CheckStatus::failed);
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
