#include "engine/session_options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wattlens::engine {
namespace {

using testing::HasSubstr;

std::string message_of(auto change) {
  SessionOptions options;
  change(options);
  const auto checked = check_options(options);
  return checked ? "" : checked.error().message;
}

TEST(SessionOptions, TheDefaultsAndAllProcessorsAreFine) {
  EXPECT_EQ(message_of([](auto&) {}), "");
  EXPECT_EQ(message_of([](auto& o) { o.threads = usable_threads(); }), "");
  EXPECT_EQ(message_of([](auto& o) { o.hint = "throughput"; }), "");
}

TEST(SessionOptions, ImpossibleOnesAreRefused) {
  EXPECT_THAT(message_of([](auto& o) { o.hint = "fast"; }), HasSubstr("unknown hint 'fast'"));
  EXPECT_THAT(message_of([](auto& o) { o.batch = 0; }), HasSubstr("impossible"));
  EXPECT_THAT(message_of([](auto& o) { o.image_size = -1; }), HasSubstr("impossible"));
  EXPECT_THAT(message_of([](auto& o) { o.threads = -1; }), HasSubstr("-1 threads"));
  EXPECT_THAT(message_of([](auto& o) { o.threads = usable_threads() + 1; }), HasSubstr("threads asked for"));
  EXPECT_THAT(message_of([](auto& o) { o.batch = std::int64_t{1} << 62; }), HasSubstr("not enough memory"));
}

TEST(SessionOptions, APrecisionThatTheDeviceLacksIsNotMeasurable) {
  const DeviceInfo device{.id = "cpu", .name = "Old", .precisions = {"f32", "bf16"}};
  EXPECT_TRUE(check_native(device, "bf16"));
  const auto refused = check_native(device, "f16");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::not_measurable);
  EXPECT_THAT(refused.error().message, HasSubstr("cpu (Old) does not compute in f16"));
  EXPECT_THAT(refused.error().hint, HasSubstr("f32,bf16"));
}

}  // namespace
}  // namespace wattlens::engine
