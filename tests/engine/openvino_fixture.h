// What the tests of the OpenVINO engine share: the models beside them, run by an opened engine.
#pragma once

#include <memory>
#include <string>

#include "engine/engine_fixture.h"
#include "engine/openvino_engine.h"
#include "fake/paths.h"

namespace wattlens::engine {

inline base::Path model(const std::string& name) {
  return fake::test_folder() / "engine" / "models" / (name + ".onnx");
}

inline ModelSource source_of(const std::string& name) { return {.network = {}, .file = model(name)}; }

class OpenvinoTest : public EngineTest {
 protected:
  using EngineTest::compiled;
  using EngineTest::error_of;

  void SetUp() override { use(open_openvino({})); }

  static SessionOptions small(std::int64_t batch = 1) {
    SessionOptions options;
    options.batch = batch;
    options.image_size = 8;
    return options;
  }

  std::unique_ptr<Session> compiled(const std::string& name, const SessionOptions& options) {
    return EngineTest::compiled(source_of(name), options);
  }

  Error error_of(const std::string& name, const SessionOptions& options) {
    return EngineTest::error_of(source_of(name), options);
  }
};

}  // namespace wattlens::engine
