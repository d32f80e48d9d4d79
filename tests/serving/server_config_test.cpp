#include "serving/server_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fake/golden.h"

namespace wattlens::serving {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

ModelFacts resnet(ServedBy engine = ServedBy::openvino) {
  return {.name = "resnet50",
          .engine = engine,
          .file = engine == ServedBy::openvino ? "model.onnx" : "model.pt",
          .inputs = {{"input", "f32", {3, 224, 224}}},
          .outputs = {{"output", "f32", {1000}}}};
}

Policy policy(std::string_view text) { return parse_policy(text).value(); }

using Export = Result<ServerConfig> (*)(const Policy&, const ModelFacts&);

std::string refusal(Export make, std::string_view text) {
  const auto config = make(policy(text), resnet());
  EXPECT_FALSE(config) << text;
  return config ? "" : config.error().message + "; " + config.error().hint;
}

TEST(TritonConfig, SaysWhatWasSimulated) {
  std::string all;
  for (const std::string_view text : {"1", "16@50ms", "greedy:64", "dynamic:4+8:32@5ms", "dynamic:4+8"}) {
    const auto config = triton_config(policy(text), resnet());
    ASSERT_TRUE(config) << text;
    EXPECT_EQ(config->file, "config.pbtxt");
    EXPECT_THAT(config->differences, IsEmpty());
    all += config->text + "\n";
  }
  all += triton_config(policy("16@1.5us"), resnet(ServedBy::libtorch)).value().text;
  fake::expect_golden("serving/triton.pbtxt", all);
}

TEST(TritonConfig, WhatItCannotExpressNamesTheNearest) {
  EXPECT_THAT(refusal(&triton_config, "16"),
              HasSubstr("waits for a bounded time only; the nearest that it can is 16@50ms"));
  ModelFacts odd = resnet();
  odd.inputs[0].type = "complex";
  EXPECT_FALSE(triton_config(policy("1"), odd));
  odd = resnet();
  odd.name = "a\"b";
  EXPECT_FALSE(triton_config(policy("1"), odd));
  odd = resnet();
  odd.outputs.clear();
  EXPECT_FALSE(triton_config(policy("1"), odd));
}

TEST(TritonConfig, TensorsThatAreGuessedAreSaidToBe) {
  ModelFacts model = resnet();
  EXPECT_THAT(triton_config(policy("1"), model)->text, testing::Not(HasSubstr("guessed")));
  model.guessed = true;
  const auto config = triton_config(policy("1"), model);
  EXPECT_THAT(config->differences, ElementsAre(HasSubstr("guessed")));
  EXPECT_THAT(config->text, HasSubstr("# Names, types and shapes of the tensors are guessed"));
}

TEST(TorchServeConfig, TellsWhereItDiffers) {
  std::string all;
  for (const std::string_view text : {"1", "16@50ms", "greedy:64", "dynamic:8@2500us"}) {
    const auto config = torchserve_config(policy(text), resnet(ServedBy::libtorch));
    ASSERT_TRUE(config) << text;
    EXPECT_EQ(config->differences.empty(), text == "1");
    all += config->text + "\n";
  }
  fake::expect_golden("serving/torchserve.txt", all);
}

TEST(TorchServeConfig, WhatItCannotExpressNamesTheNearest) {
  EXPECT_THAT(refusal(&torchserve_config, "16"), HasSubstr("the nearest that it can is 16@50ms"));
  EXPECT_THAT(refusal(&torchserve_config, "dynamic:4+8:32@5ms"), HasSubstr("the nearest that it can is 32@5ms"));
  EXPECT_THAT(refusal(&torchserve_config, "dynamic:4+8"), HasSubstr("the nearest that it can is 8@1ms"));
}

TEST(OpenVinoServerConfig, TellsWhereItDiffers) {
  const auto alone = openvino_server_config(policy("1"), resnet()).value();
  EXPECT_THAT(alone.differences, IsEmpty());
  const auto batches = openvino_server_config(policy("16@50ms"), resnet()).value();
  EXPECT_THAT(batches.differences, ElementsAre(HasSubstr("one by one"), HasSubstr("batching thread")));
  fake::expect_golden("serving/openvino_model_server.json", alone.text + batches.text);
}

TEST(OpenVinoServerConfig, WhatItCannotExpressNamesTheNearest) {
  EXPECT_THAT(refusal(&openvino_server_config, "greedy:64"), HasSubstr("the nearest that it can is 64@50ms"));
  EXPECT_THAT(refusal(&openvino_server_config, "16"), HasSubstr("the nearest that it can is 16@50ms"));
  EXPECT_THAT(refusal(&openvino_server_config, "dynamic:4+8@5ms"), HasSubstr("the nearest that it can is 8@5ms"));
  EXPECT_FALSE(openvino_server_config(policy("1"), resnet(ServedBy::libtorch)));
}

}  // namespace
}  // namespace wattlens::serving
