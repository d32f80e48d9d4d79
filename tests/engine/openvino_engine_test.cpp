#include "engine/openvino_engine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <filesystem>

#include "engine/openvino_fixture.h"
#include "fake/temporary_folder.h"

namespace wattlens::engine {
namespace {

using testing::Contains;
using testing::HasSubstr;

using OpenvinoEngine = OpenvinoTest;

TEST_F(OpenvinoEngine, ImpossibleOptionsAreRefused) {
  const auto message = [&](auto change) {
    auto options = small();
    change(options);
    const auto error = error_of("classifier", options);
    expect_one_line(error);
    return error.message;
  };
  EXPECT_THAT(message([](auto& o) { o.precision = "f8"; }), HasSubstr("unknown precision 'f8'"));
  EXPECT_THAT(message([](auto& o) { o.hint = "fast"; }), HasSubstr("unknown hint 'fast'"));
  EXPECT_THAT(message([](auto& o) { o.device = "tpu"; }), HasSubstr("no device 'tpu'"));
  EXPECT_THAT(message([](auto& o) { o.batch = 0; }), HasSubstr("impossible"));
  EXPECT_THAT(message([](auto& o) { o.image_size = -1; }), HasSubstr("impossible"));
  EXPECT_THAT(message([](auto& o) { o.threads = -1; }), HasSubstr("-1 threads"));
  EXPECT_THAT(message([](auto& o) { o.threads = 1 << 20; }), HasSubstr("threads asked for"));
  EXPECT_THAT(message([](auto& o) { o.batch = std::int64_t{1} << 62; }), HasSubstr("not enough memory"));
  EXPECT_THAT(message([](auto& o) { o.model_cache = "/proc/nowhere"; }), HasSubstr("cannot be written"));
}

TEST_F(OpenvinoEngine, ABatchBeyondMemoryFailsTheRunOnly) {
  auto options = small(std::int64_t{1} << 31);
  const auto error = error_of("classifier", options);
  EXPECT_EQ(error.kind, ErrorKind::run_failed) << error.message;
  EXPECT_THAT(error.message, HasSubstr("memory"));
  EXPECT_NE(compiled("classifier", small()), nullptr);
}

TEST_F(OpenvinoEngine, APrecisionThatTheProcessorLacksIsNotMeasurable) {
  for (const std::string precision : {"f32", "bf16", "f16"}) {
    auto options = small();
    options.precision = precision;
    const auto session = engine_->compile(source_of("classifier"), options);
    EXPECT_EQ(session.has_value(), has_precision(precision)) << precision;
    if (session) {
      EXPECT_EQ((*session)->describe().execution_precision, precision);
    } else {
      EXPECT_EQ(session.error().kind, ErrorKind::not_measurable);
      EXPECT_THAT(session.error().message, HasSubstr("does not compute in " + precision));
    }
  }
}

TEST_F(OpenvinoEngine, DescribesWhatItRunsUnderWhichConditions) {
  auto options = small();
  options.threads = 1;
  const auto session = compiled("classifier", options);
  ASSERT_NE(session, nullptr);
  EXPECT_FALSE(session->describe().first_inference.has_value());
  ASSERT_TRUE(session->set_input(Images(1).view()).has_value());
  ASSERT_TRUE(session->enqueue(0, 1).has_value());
  ASSERT_TRUE(session->next_completion().has_value());
  const auto info = session->describe();
  EXPECT_THAT(info.engine_version, HasSubstr("2026."));
  EXPECT_EQ(info.engine_version, engine_->version());
  EXPECT_FALSE(info.device_name.empty());
  EXPECT_EQ(info.execution_precision, "f32");
  EXPECT_EQ(info.threads, 1);
  EXPECT_EQ(info.streams, 1);
  EXPECT_TRUE(info.compile.has_value());
  EXPECT_TRUE(info.first_inference.has_value());
  EXPECT_THAT(info.conditions, Contains("model cache: off"));
  EXPECT_THAT(info.conditions, Contains("flush-to-zero: on"));
  EXPECT_THAT(info.conditions, Contains("allocator: glibc, default settings"));
  EXPECT_THAT(info.conditions, Contains("requests in flight: 1"));
}

TEST_F(OpenvinoEngine, AModelCacheIsFilledAndRecorded) {
  const fake::TemporaryFolder folder;
  auto options = small();
  options.model_cache = folder.path();
  for (int i = 0; i < 2; ++i) {
    const auto session = compiled("classifier", options);
    ASSERT_NE(session, nullptr);
    EXPECT_THAT(session->describe().conditions, Contains(i == 0 ? "model cache: written" : "model cache: loaded"));
    EXPECT_EQ(session->describe().execution_precision, "f32");
    const Images images(1);
    expect_logits(output_of(*session, images), images, 1e-5);
  }
  EXPECT_FALSE(std::filesystem::is_empty(folder.path()));
}

// What a full disk does: no file grows while one of these lives.
class FullDisk {
 public:
  FullDisk() {
    ::signal(SIGXFSZ, SIG_IGN);
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit none{.rlim_cur = 0, .rlim_max = before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &none);
  }
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;
  ~FullDisk() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    ::signal(SIGXFSZ, SIG_DFL);
  }

 private:
  rlimit before_{};
};

TEST_F(OpenvinoEngine, AModelCacheOnAFullDiskIsRecordedAndTheModelRuns) {
  const fake::TemporaryFolder folder;
  auto options = small();
  options.model_cache = folder.path();
  std::unique_ptr<Session> session;
  {
    const FullDisk full;
    session = compiled("classifier", options);
  }
  ASSERT_NE(session, nullptr);
  EXPECT_THAT(session->describe().conditions, Contains(HasSubstr("model cache: could not be written")));
  const Images images(1);
  expect_logits(output_of(*session, images), images, 1e-5);
  EXPECT_THAT(compiled("classifier", options)->describe().conditions, Contains("model cache: written"));
}

TEST_F(OpenvinoEngine, AModelCacheNeverMixesUpWeightsOrBatches) {
  const fake::TemporaryFolder folder;
  const auto logits = [&](std::uint64_t seed, std::int64_t batch, const base::Path& cache) {
    auto options = small(batch);
    options.image_size = 32;
    options.model_cache = cache;
    auto session = engine_->compile({.network = "shufflenet_v2_x0_5", .file = {}, .seed = seed, .classes = 5}, options);
    EXPECT_TRUE(session.has_value()) << session.error().message;
    const auto values = output_of(**session, Images(batch, 32)).values;
    return std::vector<float>(values.begin(), values.end());
  };
  for (int round = 0; round < 2; ++round) {  // the second reads what the first wrote
    for (const std::uint64_t seed : {3U, 4U}) {
      for (const std::int64_t batch : {1, 2}) {
        EXPECT_EQ(logits(seed, batch, folder.path()), logits(seed, batch, {})) << seed << ' ' << batch;
      }
    }
  }
}

}  // namespace
}  // namespace wattlens::engine
