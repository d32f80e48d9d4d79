// A package that models/make_torch_models.py compiled for this processor: the test before this one made it, and named
// it in the environment (CMakeLists.txt).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "engine/torch_fixture.h"

namespace wattlens::engine {
namespace {

using testing::Contains;
using testing::HasSubstr;

class TorchPackage : public TorchTest {
 protected:
  void SetUp() override {
    TorchTest::SetUp();
    const char* const file = std::getenv("WATTLENS_TEST_PACKAGE");
    ASSERT_NE(file, nullptr) << "WATTLENS_TEST_PACKAGE names no file";
    source_.file = file;
  }

  static SessionOptions tiny() {
    SessionOptions options;
    options.batch = 3;
    options.image_size = 8;
    return options;
  }

  ModelSource source_;
};

TEST_F(TorchPackage, GivesItsLogits) {
  for (const std::string hint : {"latency", "throughput"}) {
    auto options = tiny();
    options.hint = hint;
    const auto session = compiled(source_, options);
    ASSERT_NE(session, nullptr);
    const Images images(3);
    const auto output = values_of(*session, images);
    expect_logits({{3, 4}, output}, images, 1e-5);
    EXPECT_THAT(session->describe().conditions, Contains(HasSubstr("execution: compiled package")));
    EXPECT_TRUE(session->operators().empty());
  }
}

TEST_F(TorchPackage, RunsOnlyWhatItWasCompiledFor) {
  auto options = tiny();
  options.image_size = 16;
  const auto error = error_of(source_, options);
  EXPECT_EQ(error.kind, ErrorKind::usage);
  EXPECT_THAT(error.message, HasSubstr("expected: 8, but got: 16"));
}

TEST_F(TorchPackage, RunsOnlyInThePrecisionOfItsWeights) {
  if (!has_precision("bf16")) GTEST_SKIP() << "this processor has no bf16";
  auto options = tiny();
  options.precision = "bf16";
  EXPECT_THAT(error_of(source_, options).message, HasSubstr("compiled in Float, not in BFloat16"));
}

}  // namespace
}  // namespace wattlens::engine
