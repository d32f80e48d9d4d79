// What the tests of the OpenVINO engine share: an opened engine, the models beside it, and what they compute.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/classifier.h"
#include "engine/openvino_engine.h"

namespace wattlens::engine {

inline base::Path model(const std::string& name) {
  return base::Path(WATTLENS_TEST_DIR) / "engine" / "models" / (name + ".onnx");
}

class OpenvinoTest : public testing::Test {
 protected:
  void SetUp() override {
    auto opened = open_openvino({});
    ASSERT_TRUE(opened.has_value()) << opened.error().message;
    engine_ = std::move(*opened);
  }

  static SessionOptions small(std::int64_t batch = 1) {
    SessionOptions options;
    options.batch = batch;
    options.image_size = 8;
    return options;
  }

  Result<std::unique_ptr<Session>> compile(const std::string& name, const SessionOptions& options) {
    return engine_->compile({.network = {}, .file = model(name)}, options);
  }

  std::unique_ptr<Session> compiled(const std::string& name, const SessionOptions& options) {
    auto session = compile(name, options);
    EXPECT_TRUE(session.has_value()) << session.error().message;
    return session ? std::move(*session) : nullptr;
  }

  Error error_of(const std::string& name, const SessionOptions& options) {
    auto session = compile(name, options);
    EXPECT_FALSE(session.has_value());
    return session ? Error{} : session.error();
  }

  bool has_precision(const std::string& precision) {
    for (const auto& device : engine_->devices()) {
      if (device.id == "cpu") return std::ranges::find(device.precisions, precision) != device.precisions.end();
    }
    return false;
  }

  std::unique_ptr<Engine> engine_;
};

inline void expect_one_line(const Error& error) {
  EXPECT_THAT(error.message, testing::Not(testing::HasSubstr("\n")));
  EXPECT_THAT(error.hint, testing::Not(testing::HasSubstr("\n")));
  EXPECT_FALSE(error.message.empty());
}

// One batch through slot 0 of a session; its output, which lives until the next batch.
inline TensorView output_of(Session& session, const Images& images) {
  EXPECT_TRUE(session.set_input(images.view()).has_value());
  EXPECT_TRUE(session.enqueue(0).has_value());
  EXPECT_TRUE(session.next_completion().has_value());
  const auto output = session.output(0);
  EXPECT_TRUE(output.has_value());
  return output.value_or(TensorView{});
}

}  // namespace wattlens::engine
