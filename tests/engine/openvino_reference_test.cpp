// Built-in networks through OpenVINO against PyTorch's float64 logits.
#include "engine/reference_outputs.h"

#include "engine/openvino_engine.h"

namespace wattlens::engine {
namespace {

class OpenvinoReference : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    auto opened = open_openvino({});
    ASSERT_TRUE(opened.has_value()) << opened.error().message;
    engine_ = std::move(*opened);
  }

  std::unique_ptr<Engine> engine_;
};

TEST_P(OpenvinoReference, AreMetInF32) { EXPECT_LE(error_of(*engine_, GetParam(), "f32"), 1e-4); }

TEST_P(OpenvinoReference, AreMetInBf16WithinItsTolerance) {
  if (!computes_in(*engine_, "bf16")) GTEST_SKIP() << "this processor has no bf16";
  const double error = error_of(*engine_, GetParam(), "bf16");
  EXPECT_LE(error, 0.03);  // 0.004 to 0.012 were seen on Zen 5
  EXPECT_GT(error, 1e-4) << "bf16 keeps 8 bits: so small an error means that something else ran";
}

INSTANTIATE_TEST_SUITE_P(BuiltInNetworks, OpenvinoReference, every_network(),
                         [](const auto& parameter) { return parameter.param; });

}  // namespace
}  // namespace wattlens::engine
