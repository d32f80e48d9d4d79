// What the tests of the LibTorch engine share: an opened engine, and a network small enough to run at once.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/classifier.h"
#include "engine/torch_engine.h"

namespace wattlens::engine {

inline constexpr std::int64_t kSmallSize = 32;

inline Images small_images(std::int64_t batch) { return Images(batch, kSmallSize); }

class TorchTest : public testing::Test {
 protected:
  void SetUp() override {
    auto opened = open_torch({.allocator = "that of a test"});
    ASSERT_TRUE(opened.has_value()) << opened.error().message;
    engine_ = std::move(*opened);
  }

  static SessionOptions small(std::int64_t batch = 1) {
    SessionOptions options;
    options.batch = batch;
    options.image_size = kSmallSize;
    return options;
  }

  static ModelSource network(const std::string& name = "shufflenet_v2_x0_5") {
    return {.network = name, .file = {}, .seed = 3, .classes = 5};
  }

  std::unique_ptr<Session> compiled(const ModelSource& source, const SessionOptions& options) {
    auto session = engine_->compile(source, options);
    EXPECT_TRUE(session.has_value()) << session.error().message;
    return session ? std::move(*session) : nullptr;
  }

  Error error_of(const ModelSource& source, const SessionOptions& options) {
    auto session = engine_->compile(source, options);
    EXPECT_FALSE(session.has_value());
    const Error error = session ? Error{} : session.error();
    EXPECT_THAT(error.message, testing::Not(testing::HasSubstr("\n")));
    EXPECT_THAT(error.hint, testing::Not(testing::HasSubstr("\n")));
    return error;
  }

  bool has_precision(const std::string& precision) {
    for (const auto& device : engine_->devices()) {
      if (device.id == "cpu") return std::ranges::find(device.precisions, precision) != device.precisions.end();
    }
    return false;
  }

  std::unique_ptr<Engine> engine_;
};

// One batch through slot 0 of a session.
inline std::vector<float> output_of(Session& session, const Images& images) {
  EXPECT_TRUE(session.set_input(images.view()).has_value());
  EXPECT_TRUE(session.enqueue(0).has_value());
  const auto completion = session.next_completion();
  EXPECT_TRUE(completion.has_value()) << completion.error().message;
  const auto output = session.output(0);
  EXPECT_TRUE(output.has_value());
  return output ? std::vector<float>(output->values.begin(), output->values.end()) : std::vector<float>{};
}

}  // namespace wattlens::engine
