// What the tests of the LibTorch engine share: an opened engine, and a network small enough to run at once.
#pragma once

#include <string>

#include "engine/engine_fixture.h"
#include "engine/torch_engine.h"

namespace wattlens::engine {

inline constexpr std::int64_t kSmallSize = 32;

inline Images small_images(std::int64_t batch) { return Images(batch, kSmallSize); }

class TorchTest : public EngineTest {
 protected:
  void SetUp() override { use(open_torch({.allocator = "that of a test"})); }

  static SessionOptions small(std::int64_t batch = 1) {
    SessionOptions options;
    options.batch = batch;
    options.image_size = kSmallSize;
    return options;
  }

  static ModelSource network(const std::string& name = "shufflenet_v2_x0_5") {
    return {.network = name, .file = {}, .seed = 3, .classes = 5};
  }
};

}  // namespace wattlens::engine
