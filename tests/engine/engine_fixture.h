// What the tests of all engines share: an opened engine, its sessions and its refusals.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/classifier.h"
#include "engine/engine.h"

namespace wattlens::engine {

inline void expect_one_line(const Error& error) {
  EXPECT_THAT(error.message, testing::Not(testing::HasSubstr("\n")));
  EXPECT_THAT(error.hint, testing::Not(testing::HasSubstr("\n")));
  EXPECT_FALSE(error.message.empty());
}

inline bool computes_in(const Engine& engine, const std::string& precision) {
  const auto devices = engine.devices();
  return std::ranges::any_of(devices, [&](const auto& device) {
    return device.id == "cpu" && std::ranges::find(device.precisions, precision) != device.precisions.end();
  });
}

// One batch through slot 0 of a session; its output, which lives until the next batch.
inline TensorView output_of(Session& session, const Images& images) {
  EXPECT_TRUE(session.set_input(images.view()).has_value());
  EXPECT_TRUE(session.enqueue(0, images.shape.front()).has_value());
  const auto completion = session.next_completion();
  EXPECT_TRUE(completion.has_value()) << completion.error().message;
  const auto output = session.output(0);
  EXPECT_TRUE(output.has_value());
  return output.value_or(TensorView{});
}

inline std::vector<float> values_of(Session& session, const Images& images) {
  const auto output = output_of(session, images);
  return {output.values.begin(), output.values.end()};
}

class EngineTest : public testing::Test {
 protected:
  void use(Result<std::unique_ptr<Engine>> opened) {
    ASSERT_TRUE(opened.has_value()) << opened.error().message;
    engine_ = std::move(*opened);
  }

  std::unique_ptr<Session> compiled(const ModelSource& source, const SessionOptions& options) {
    auto session = engine_->compile(source, options);
    EXPECT_TRUE(session.has_value()) << session.error().message;
    return session ? std::move(*session) : nullptr;
  }

  Error error_of(const ModelSource& source, const SessionOptions& options) {
    auto session = engine_->compile(source, options);
    EXPECT_FALSE(session.has_value());
    if (session) return {};
    expect_one_line(session.error());
    return session.error();
  }

  bool has_precision(const std::string& precision) const { return computes_in(*engine_, precision); }

  std::unique_ptr<Engine> engine_;
};

}  // namespace wattlens::engine
