#include "engine/engine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>

#include "engine/torch_fixture.h"
#include "fake/paths.h"
#include "fake/temporary_folder.h"
#include "network/operator_cost.h"

namespace wattlens::engine {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;

base::Path model(const std::string& name) { return fake::test_folder() / "engine" / "models" / name; }

class TorchFile : public TorchTest {
 protected:
  static SessionOptions tiny(std::int64_t batch = 3) {
    SessionOptions options;
    options.batch = batch;
    options.image_size = 8;
    return options;
  }
  std::unique_ptr<Session> opened(const base::Path& file, const SessionOptions& options = tiny()) {
    return compiled({.network = {}, .file = file}, options);
  }
  std::string refusal_of(const base::Path& file, const SessionOptions& options = tiny()) {
    const auto error = error_of({.network = {}, .file = file}, options);
    EXPECT_EQ(error.kind, ErrorKind::usage) << error.message;
    EXPECT_FALSE(error.hint.empty()) << error.message;
    EXPECT_THAT(error.message, HasSubstr(file.filename().string()));
    return error.message;
  }
  static void expect_classified(Session& session, std::int64_t batch, double tolerance) {
    const Images images(batch);
    const auto output = values_of(session, images);
    expect_logits({{batch, 4}, output}, images, tolerance);
  }
};

TEST_F(TorchFile, TorchScriptGivesItsLogits) {
  for (const std::int64_t batch : {1, 3}) expect_classified(*opened(model("classifier.pt"), tiny(batch)), batch, 1e-5);
}

TEST_F(TorchFile, TorchScriptRunsInThePrecisionAskedFor) {
  if (!has_precision("bf16")) GTEST_SKIP() << "this processor has no bf16";
  auto options = tiny();
  options.precision = "bf16";
  expect_classified(*opened(model("classifier.pt"), options), 3, 0.05);
}

TEST_F(TorchFile, WholeNumbersStayWholeInAnyPrecision) {
  for (const std::string precision : {"f32", "bf16"}) {
    if (!has_precision(precision)) continue;
    auto options = tiny();
    options.precision = precision;
    expect_classified(*opened(model("index_buffer.pt"), options), 3, precision == "f32" ? 1e-5 : 0.05);
  }
}

TEST_F(TorchFile, TheParametersAreKnownAndAreCountedOnce) {
  const auto cost = network::cost(opened(model("classifier.pt"))->operators());
  EXPECT_EQ(cost.parameters, 4 * 3 + 4);
  EXPECT_EQ(network::cost(opened(model("index_buffer.pt"))->operators()).parameters, 4 * 3 + 4);
}

TEST_F(TorchFile, TheLogitsAreFoundAmongSeveralOutputs) {
  expect_classified(*opened(model("several_outputs.pt")), 3, 1e-5);
}

TEST_F(TorchFile, OperatorsAreToldAsTheyWereCalled) {
  const auto session = opened(model("several_outputs.pt"));
  ASSERT_NE(session, nullptr);
  using Shapes = std::vector<std::vector<std::int64_t>>;
  std::vector<std::string> types;
  for (const auto& entry : session->operators()) types.push_back(entry.type);
  EXPECT_THAT(types, testing::ElementsAre("aten::mean", "aten::argmax", "aten::linear"));
  EXPECT_EQ(session->operators()[0].inputs, (Shapes{{3, 3, 8, 8}}));
  EXPECT_EQ(session->operators()[2].inputs, (Shapes{{3, 3}, {4, 3}, {4}}));
  EXPECT_EQ(session->operators()[2].outputs, (Shapes{{3, 4}}));
}

TEST_F(TorchFile, HowItRunsIsRecorded) {
  EXPECT_THAT(opened(model("classifier.pt"))->describe().conditions,
              AllOf(Contains("execution: TorchScript, as saved"), Contains("memory format: channels-last")));
}

TEST_F(TorchFile, ANumberThatIsNoneIsLeftToTheOutputCheck) {
  const Images images(3);
  const auto output = values_of(*opened(model("not_a_number.pt")), images);
  EXPECT_TRUE(std::ranges::any_of(output, [](float value) { return std::isnan(value); }));
}

TEST_F(TorchFile, WhatIsNoModelOfOneBatchOfImagesIsRefused) {
  EXPECT_THAT(refusal_of(model("two_inputs.pt")), HasSubstr("2 inputs instead of one: Tensor images, Tensor more"));
  EXPECT_THAT(refusal_of(model("text_input.pt")), HasSubstr("whole numbers, as of text"));
  EXPECT_THAT(refusal_of(model("list_input.pt")), HasSubstr("takes Tensor[] images instead of a tensor"));
  EXPECT_THAT(refusal_of(model("integer_output.pt")), HasSubstr("gives Long [3, 1] for 3 images"));
  EXPECT_THAT(refusal_of(model("two_images.pt")), HasSubstr("gives Float [2, 4] for 3 images"));
  EXPECT_THAT(refusal_of(model("in_place.pt")), HasSubstr("changes its input in place"));
  expect_classified(*opened(model("two_images.pt"), tiny(2)), 2, 1e-5);
}

TEST_F(TorchFile, WhatAnotherPyTorchOrDeviceSavedIsRefused) {
  EXPECT_THAT(refusal_of(model("newer_version.pt")), HasSubstr("in version 999 of the format"));
  EXPECT_THAT(refusal_of(model("unknown_operator.pt")), HasSubstr("does not know the operator mine::mean"));
  EXPECT_THAT(refusal_of(model("cuda_constant.pt")), HasSubstr("a CUDA device written into it"));
  EXPECT_THAT(refusal_of(model("state_dict.pt")), HasSubstr("holds weights or a Python object, but no program"));
  EXPECT_THAT(refusal_of(model("exported_program.pt2")), HasSubstr("which only Python can run"));
}

TEST_F(TorchFile, WhatStaysInAnotherPrecisionIsRefused) {
  if (!has_precision("bf16")) GTEST_SKIP() << "this processor has no bf16";
  auto options = tiny();
  options.precision = "bf16";
  EXPECT_THAT(refusal_of(model("mixed_precision.pt"), options), HasSubstr("stays in another precision"));
}

TEST_F(TorchFile, WhatIsNoFileOfPyTorchIsRefused) {
  const fake::TemporaryFolder folder;
  const auto write = [&](const std::string& name, std::string_view text) {
    EXPECT_TRUE(base::write_text(folder.path() / name, text).has_value());
    return folder.path() / name;
  };
  const auto whole = base::read_text(model("classifier.pt")).value_or("");
  ASSERT_GT(whole.size(), 1000U);
  EXPECT_THAT(refusal_of(folder.path() / "missing.pt"), HasSubstr("no such file"));
  EXPECT_THAT(refusal_of(write("empty.pt", "")), HasSubstr("cut short"));
  EXPECT_THAT(refusal_of(write("text.pt", "hello")), HasSubstr("cut short"));
  EXPECT_THAT(refusal_of(write("cut.pt", whole.substr(0, whole.size() / 2))), HasSubstr("cut short"));
  EXPECT_THAT(refusal_of(write("model.onnx", whole)), HasSubstr("runs no ONNX files"));
  EXPECT_THAT(refusal_of(folder.path()), HasSubstr("it is no file"));
}

}  // namespace
}  // namespace wattlens::engine
