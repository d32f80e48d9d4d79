#include "worker/messages.h"

#include <gmock/gmock.h>

namespace wattlens::worker {
namespace {

using base::Json;
using testing::ElementsAre;
using testing::HasSubstr;

TEST(Messages, ACompileRequestSurvivesItsJson) {
  CompileRequest request;
  request.source = {"", "/models/some model.onnx", 18'446'744'073'709'551'615ULL, 10};
  request.options = {"gpu.0", "bf16", "throughput", 32, 299, 4, "/cache"};
  const auto again = compile_request_from_json(to_json(request));
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(again->source.file, request.source.file);
  EXPECT_EQ(again->source.seed, request.source.seed);
  EXPECT_EQ(again->source.classes, 10);
  EXPECT_EQ(again->options.device, "gpu.0");
  EXPECT_EQ(again->options.precision, "bf16");
  EXPECT_EQ(again->options.hint, "throughput");
  EXPECT_EQ(again->options.batch, 32);
  EXPECT_EQ(again->options.image_size, 299);
  EXPECT_EQ(again->options.threads, 4);
  EXPECT_EQ(again->options.model_cache, "/cache");
}

TEST(Messages, ImpossibleSizesAreRefused) {
  for (const std::int64_t batch : {INT64_MIN, std::int64_t{-1}, std::int64_t{0}}) {
    CompileRequest request;
    request.options.batch = batch;
    const auto again = compile_request_from_json(to_json(request));
    ASSERT_FALSE(again);
    EXPECT_THAT(again.error().hint, HasSubstr("at least 1"));
  }
}

TEST(Messages, ASeedIsADecimalNumberBelowTwoToThe64) {
  for (const std::string& seed :
       std::vector<std::string>{"", "-1", "1e3", "0x10", " 1", "18446744073709551616", "99999999999999999999"}) {
    const auto input = seeded_input_from_json(Json{{"seed", seed}});
    EXPECT_FALSE(input) << seed;
  }
  EXPECT_FALSE(seeded_input_from_json(Json{{"seed", 1}}));
  EXPECT_EQ(seeded_input_from_json(Json{{"seed", "18446744073709551615"}})->seed, UINT64_MAX);
  EXPECT_EQ(seeded_input_from_json(Json{{"seed", "0"}})->distinct, 0);
}

TEST(Messages, AWindowNeedsAFiniteDurationAndABatch) {
  EXPECT_TRUE(run_request_from_json(to_json(RunRequest{base::Seconds{0}, 1})));
  EXPECT_FALSE(run_request_from_json(to_json(RunRequest{base::Seconds{0}, 0})));
  EXPECT_FALSE(run_request_from_json(to_json(RunRequest{base::Seconds{-1}, 1})));
  EXPECT_FALSE(run_request_from_json(to_json(RunRequest{base::Seconds{1e300}, 1})));
  EXPECT_FALSE(run_request_from_json(Json{{"duration_s", nullptr}, {"min_batches", 1}}));
}

TEST(Messages, AHelloSurvivesItsJson) {
  const Hello hello{kProtocolVersion, "fake", "1.0", {{"cpu", "some CPU", {"f32", "bf16"}}}};
  const auto again = hello_from_json(to_json(hello));
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(again->engine, "fake");
  ASSERT_EQ(again->devices.size(), 1U);
  EXPECT_EQ(again->devices[0].name, "some CPU");
  EXPECT_THAT(again->devices[0].precisions, ElementsAre("f32", "bf16"));
}

TEST(Messages, AnotherProtocolIsNamedWithItsRemedyEvenWhenNothingElseIsUnderstood) {
  const auto old = hello_from_json(Json{{"type", "hello"}, {"protocol", 0}});
  ASSERT_FALSE(old);
  EXPECT_EQ(old.error().message, "the worker speaks protocol 0, this wattlens speaks 1");
  EXPECT_THAT(old.error().hint, HasSubstr("build the worker again"));
  const auto newer = hello_from_json(Json{{"type", "hello"}, {"protocol", 2}, {"engines", Json::array()}});
  ASSERT_FALSE(newer);
  EXPECT_THAT(newer.error().hint, HasSubstr("build wattlens again"));
}

TEST(Messages, AnIncompleteErrorReplyIsStillAnError) {
  const Error error = error_from_json(Json{{"type", "error"}});
  EXPECT_EQ(error.kind, ErrorKind::run_failed);
  EXPECT_FALSE(error.message.empty());
}

TEST(Messages, OnlyAUsersMistakeKeepsItsKind) {
  EXPECT_EQ(error_from_json(error_reply({ErrorKind::usage, "m", "h"})).kind, ErrorKind::usage);
  EXPECT_EQ(error_from_json(error_reply({ErrorKind::internal, "m", "h"})).kind, ErrorKind::run_failed);
  EXPECT_EQ(error_from_json(error_reply({ErrorKind::cancelled, "m", "h"})).kind, ErrorKind::run_failed);
  EXPECT_EQ(error_from_json(error_reply({ErrorKind::usage, "m", "h"})).hint, "h");
}

TEST(Messages, TheSizeOfATensorCannotOverflow) {
  EXPECT_EQ(element_count(std::vector<std::int64_t>{2, 3, 4}, 24).value(), 24U);
  EXPECT_FALSE(element_count(std::vector<std::int64_t>{2, 3, 4}, 23));
  EXPECT_FALSE(element_count(std::vector<std::int64_t>{INT64_MAX, INT64_MAX, INT64_MAX}, 1000));
  EXPECT_FALSE(element_count(std::vector<std::int64_t>{2, 0}, 1000));
  EXPECT_FALSE(element_count(std::vector<std::int64_t>{-2, -2}, 1000));
}

}  // namespace
}  // namespace wattlens::worker
