#include "engine/torch_engine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <cstdlib>

#include "engine/torch_fixture.h"

namespace wattlens::engine {
namespace {

using testing::Contains;
using testing::HasSubstr;

using TorchEngine = TorchTest;

TEST_F(TorchEngine, ImpossibleOptionsAreRefused) {
  const auto message = [&](auto change) {
    auto options = small();
    change(options);
    return error_of(network(), options).message;
  };
  EXPECT_THAT(message([](auto& o) { o.precision = "f8"; }), HasSubstr("unknown precision 'f8'"));
  EXPECT_THAT(message([](auto& o) { o.device = "tpu"; }), HasSubstr("no device 'tpu'"));
  EXPECT_THAT(message([](auto& o) { o.threads = 1 << 20; }), HasSubstr("threads asked for"));
}

TEST_F(TorchEngine, AnUnknownNetworkIsRefusedWithTheNearest) {
  const auto error = error_of(network("resnet5"), small());
  EXPECT_EQ(error.kind, ErrorKind::usage);
  EXPECT_THAT(error.message + error.hint, HasSubstr("resnet50"));
}

// Private memory that this process may have beyond what it has, until the end of the scope (RLIMIT_DATA).
class MemoryLimit {
 public:
  explicit MemoryLimit(rlim_t more_bytes) {
    EXPECT_EQ(::getrlimit(RLIMIT_DATA, &before_), 0);
    const auto status = base::read_text("/proc/self/status").value_or("");
    const auto at = status.find("VmData:");
    EXPECT_NE(at, status.npos);
    const rlimit limit{std::strtoull(status.c_str() + at + 7, nullptr, 10) * 1024 + more_bytes, before_.rlim_max};
    EXPECT_EQ(::setrlimit(RLIMIT_DATA, &limit), 0);
  }
  ~MemoryLimit() { ::setrlimit(RLIMIT_DATA, &before_); }

 private:
  rlimit before_{};
};

TEST_F(TorchEngine, ABatchBeyondMemoryFailsAndLeavesTheSessionUsable) {
  auto options = small(16);
  options.image_size = 224;
  const auto session = compiled(network("mobilenet_v2"), options);  // activations of 77 MB after its second layer
  ASSERT_NE(session, nullptr);
  const Images images(16, 224);
  ASSERT_TRUE(session->set_input(images.view()).has_value());
  {
    const MemoryLimit limit(32U << 20U);
    ASSERT_TRUE(session->enqueue(0, 16).has_value());
    const auto completion = session->next_completion();
    ASSERT_FALSE(completion.has_value());
    EXPECT_EQ(completion.error().kind, ErrorKind::run_failed);
    EXPECT_EQ(completion.error().message, "a batch failed: not enough memory");
    EXPECT_FALSE(session->output(0).has_value());
  }
  EXPECT_EQ(std::ssize(values_of(*session, images)), 16 * 5);
}

TEST_F(TorchEngine, APrecisionThatTheProcessorLacksIsNotMeasurable) {
  for (const std::string precision : {"f32", "bf16", "f16"}) {
    auto options = small();
    options.precision = precision;
    const auto session = engine_->compile(network(), options);
    EXPECT_EQ(session.has_value(), has_precision(precision)) << precision;
    if (session) {
      EXPECT_EQ((*session)->describe().execution_precision, precision);
    } else {
      EXPECT_EQ(session.error().kind, ErrorKind::not_measurable);
    }
  }
}

TEST_F(TorchEngine, DescribesWhatItRunsUnderWhichConditions) {
  auto options = small();
  options.threads = 1;
  const auto session = compiled(network(), options);
  ASSERT_NE(session, nullptr);
  EXPECT_FALSE(session->describe().first_inference.has_value());
  values_of(*session, small_images(1));
  const auto info = session->describe();
  EXPECT_THAT(info.engine_version, testing::StartsWith("2."));
  EXPECT_EQ(info.engine_version, engine_->version());
  EXPECT_FALSE(info.device_name.empty());
  EXPECT_EQ(info.execution_precision, "f32");
  EXPECT_EQ(info.threads, 1);
  EXPECT_EQ(info.streams, 1);
  EXPECT_TRUE(info.compile.has_value());
  EXPECT_TRUE(info.first_inference.has_value());
  EXPECT_THAT(info.conditions, Contains("memory format: channels-last"));
  EXPECT_THAT(info.conditions, Contains("flush-to-zero: on"));
  EXPECT_THAT(info.conditions, Contains("allocator: that of a test"));
}

TEST_F(TorchEngine, TellsTheOperatorsOfANetworkWithTheirShapes) {
  const auto session = compiled(network(), small(2));
  ASSERT_NE(session, nullptr);
  const auto operators = session->operators();
  ASSERT_FALSE(operators.empty());
  const Operator& first = operators.front();
  EXPECT_EQ(first.type, "aten::conv2d");
  EXPECT_EQ(first.name, "conv1.0");
  using Shapes = std::vector<std::vector<std::int64_t>>;
  EXPECT_EQ(first.inputs, (Shapes{{2, 3, 32, 32}, {24, 3, 3, 3}}));
  EXPECT_EQ(first.outputs, (Shapes{{2, 24, 16, 16}}));
  EXPECT_EQ(operators.back().type, "aten::linear");
  EXPECT_EQ(operators.back().outputs, (Shapes{{2, 5}}));
}

}  // namespace
}  // namespace wattlens::engine
