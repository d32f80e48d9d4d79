#include "engine/openvino_engine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <set>

#include "base/random.h"
#include "fake/temporary_folder.h"
#include "network/state_dict.h"
#include "network/zoo.h"

namespace wattlens::engine {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

base::Path model(const std::string& name) {
  return base::Path(WATTLENS_TEST_DIR) / "engine" / "models" / (name + ".onnx");
}

struct Images {
  explicit Images(std::int64_t batch, std::int64_t size = 8)
      : shape{batch, 3, size, size}, values(static_cast<std::size_t>(batch * 3 * size * size)) {
    base::Random(7).fill_normal(values);
  }
  TensorView view() const { return {shape, values}; }

  std::vector<std::int64_t> shape;
  std::vector<float> values;
};

// What classifier.onnx computes (models/make_models.py), in double.
std::vector<double> expected_logits(const Images& images) {
  constexpr double kMix[4][3] = {{1, 0, 0}, {0, -2, 0}, {0.5, 0.25, 4}, {1, 1, 1}};
  const auto pixels = images.shape[2] * images.shape[3];
  std::vector<double> logits;
  for (std::int64_t n = 0; n < images.shape[0]; ++n) {
    for (int k = 0; k < 4; ++k) {
      double logit = k;
      for (int c = 0; c < 3; ++c) {
        double sum = 0.0;
        for (std::int64_t p = 0; p < pixels; ++p) sum += images.values[(n * 3 + c) * pixels + p];
        logit += kMix[k][c] * sum / static_cast<double>(pixels);
      }
      logits.push_back(logit);
    }
  }
  return logits;
}

void expect_logits(const TensorView& output, const Images& images, double tolerance) {
  const auto expected = expected_logits(images);
  EXPECT_THAT(output.shape, ElementsAre(images.shape[0], 4));
  ASSERT_EQ(output.values.size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_NEAR(output.values[i], expected[i], tolerance) << i;
}

class OpenvinoEngine : public testing::Test {
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

void expect_one_line(const Error& error) {
  EXPECT_THAT(error.message, Not(HasSubstr("\n")));
  EXPECT_THAT(error.hint, Not(HasSubstr("\n")));
  EXPECT_FALSE(error.message.empty());
}

TEST_F(OpenvinoEngine, AMissingFileIsNamed) {
  const auto error = error_of("nowhere", small());
  EXPECT_EQ(error.kind, ErrorKind::usage);
  EXPECT_THAT(error.message, HasSubstr("nowhere.onnx: there is no such file"));
}

TEST_F(OpenvinoEngine, ATruncatedFileIsAnErrorAtAnyLength) {
  const auto whole = base::read_text(model("classifier"));
  ASSERT_TRUE(whole.has_value());
  const auto path = base::Path(testing::TempDir()) / "wattlens_truncated.onnx";
  for (std::size_t length = 0; length < whole->size(); length += 1 + whole->size() / 16) {
    ASSERT_TRUE(base::write_text(path, whole->substr(0, length)).has_value());
    auto session = engine_->compile({.network = {}, .file = path}, small());
    ASSERT_FALSE(session.has_value()) << length;
    EXPECT_EQ(session.error().kind, ErrorKind::usage) << session.error().message;
    EXPECT_THAT(session.error().message, HasSubstr(path.string()));
    expect_one_line(session.error());
  }
  std::filesystem::remove(path);
}

TEST_F(OpenvinoEngine, AFileThatIsNotOnnxIsRefused) {
  EXPECT_THAT(
      engine_->compile({.network = {}, .file = model("make_models").replace_extension(".py")}, small()).error().message,
      HasSubstr("not an .onnx file"));
  EXPECT_THAT(engine_->compile({.network = {}, .file = testing::TempDir()}, small()).error().message,
              HasSubstr("not an .onnx file"));
}

TEST_F(OpenvinoEngine, AnUnsupportedOperatorIsNamed) {
  const auto error = error_of("unsupported_operator", small());
  EXPECT_EQ(error.kind, ErrorKind::usage);
  EXPECT_THAT(error.message, HasSubstr("does not support the operators acme.Twist"));
  EXPECT_FALSE(error.hint.empty());
  expect_one_line(error);
}

TEST_F(OpenvinoEngine, LostExternalWeightsAreNamed) {
  const auto error = error_of("lost_weights", small());
  EXPECT_EQ(error.kind, ErrorKind::usage);
  EXPECT_THAT(error.message, HasSubstr("lost.bin is missing or too short"));
  expect_one_line(error);
}

TEST_F(OpenvinoEngine, AModelThatIsNotOneImageInAndOneResultOutIsRefused) {
  EXPECT_THAT(error_of("two_inputs", small()).message, HasSubstr("has 2 inputs"));
  EXPECT_THAT(error_of("two_outputs", small()).message, HasSubstr("has 2 outputs"));
  EXPECT_THAT(error_of("not_images", small()).message, HasSubstr("takes [?, 10], not images"));
  EXPECT_THAT(error_of("byte_images", small()).message, HasSubstr("takes images of type u8"));
  EXPECT_THAT(error_of("integer_output", small()).message, HasSubstr("gives i64, not floating-point numbers"));
  EXPECT_THAT(error_of("data_dependent", small()).message, HasSubstr("depends on the images"));
  for (const auto* name : {"two_inputs", "two_outputs", "not_images", "byte_images", "integer_output"}) {
    EXPECT_EQ(error_of(name, small()).kind, ErrorKind::usage) << name;
  }
}

TEST_F(OpenvinoEngine, AModelThatCannotTakeTheBatchSaysSo) {
  EXPECT_NE(compiled("one_row", small(1)), nullptr);
  EXPECT_NE(compiled("rigid", small(1)), nullptr);
  for (const auto* name : {"one_row", "rigid"}) {
    const auto error = error_of(name, small(8));
    EXPECT_EQ(error.kind, ErrorKind::usage);
    EXPECT_THAT(error.hint, HasSubstr("batch")) << error.message;
    expect_one_line(error);
  }
}

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

TEST_F(OpenvinoEngine, ABuiltInNetworkThatCannotBeMadeSaysWhy) {
  const auto unknown = engine_->compile({.network = "resnet51", .file = {}}, {});
  ASSERT_FALSE(unknown.has_value());
  EXPECT_EQ(unknown.error().kind, ErrorKind::usage);
  EXPECT_THAT(unknown.error().hint, HasSubstr("resnet50"));
  SessionOptions options;
  options.image_size = 100;  // not a multiple of the patch
  const auto odd = engine_->compile({.network = "vit_b_16", .file = {}}, options);
  ASSERT_FALSE(odd.has_value());
  EXPECT_EQ(odd.error().kind, ErrorKind::usage);
}

TEST_F(OpenvinoEngine, ABuiltInNetworkHasTheClassesAndTheBatchAskedFor) {
  auto options = small(3);
  options.image_size = 32;
  const auto session =
      engine_->compile({.network = "shufflenet_v2_x0_5", .file = {}, .seed = 1, .classes = 7}, options);
  ASSERT_TRUE(session.has_value()) << session.error().message;
  const Images images(3, 32);
  ASSERT_TRUE((*session)->set_input(images.view()).has_value());
  ASSERT_TRUE((*session)->enqueue(0).has_value());
  ASSERT_TRUE((*session)->next_completion().has_value());
  EXPECT_THAT((*session)->output(0)->shape, ElementsAre(3, 7));
}

TEST_F(OpenvinoEngine, AStateDictGivesTheOutputsOfItsWeights) {
  auto options = small();
  options.image_size = 32;
  const fake::TemporaryFolder folder;
  const auto graph = network::build("shufflenet_v2_x0_5", {.image_size = 32, .classes = 5});
  ASSERT_TRUE(graph.has_value());
  const auto weights = network::initialise(*graph, 3);
  ASSERT_TRUE(weights.has_value());
  ASSERT_TRUE(network::save_weights(folder / "w.safetensors", *graph, *weights).has_value());

  const auto logits = [&](const ModelSource& source) {
    auto session = engine_->compile(source, options);
    EXPECT_TRUE(session.has_value()) << session.error().message;
    const Images images(1, 32);
    EXPECT_TRUE((*session)->set_input(images.view()).has_value());
    EXPECT_TRUE((*session)->enqueue(0).has_value());
    EXPECT_TRUE((*session)->next_completion().has_value());
    const auto values = (*session)->output(0)->values;
    return std::vector<float>(values.begin(), values.end());
  };
  const ModelSource seeded{.network = "shufflenet_v2_x0_5", .file = {}, .seed = 3, .classes = 5};
  const ModelSource loaded{.network = "shufflenet_v2_x0_5", .file = folder / "w.safetensors", .classes = 5};
  const ModelSource other{.network = "shufflenet_v2_x0_5", .file = {}, .seed = 4, .classes = 5};
  EXPECT_EQ(logits(loaded), logits(seeded));
  EXPECT_NE(logits(loaded), logits(other));

  const auto missing = engine_->compile({.network = "shufflenet_v2_x0_5", .file = folder / "no.safetensors"}, options);
  ASSERT_FALSE(missing.has_value());
  EXPECT_THAT(missing.error().message, HasSubstr("no.safetensors"));
  const auto wrong = engine_->compile({.network = "alexnet", .file = folder / "w.safetensors"}, {});
  ASSERT_FALSE(wrong.has_value());
  EXPECT_EQ(wrong.error().kind, ErrorKind::usage);
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
    const auto session = compile("classifier", options);
    EXPECT_EQ(session.has_value(), has_precision(precision)) << precision;
    if (session) {
      EXPECT_EQ((*session)->describe().execution_precision, precision);
    } else {
      EXPECT_EQ(session.error().kind, ErrorKind::not_measurable);
      EXPECT_THAT(session.error().message, HasSubstr("does not compute in " + precision));
    }
  }
}

TEST_F(OpenvinoEngine, EverySlotGivesTheRightOutput) {
  for (const std::string hint : {"latency", "throughput"}) {
    for (const std::int64_t batch : {1, 3}) {
      auto options = small(batch);
      options.hint = hint;
      const auto session = compiled("classifier", options);
      ASSERT_NE(session, nullptr);
      ASSERT_GE(session->slots(), 1);
      EXPECT_TRUE(hint == "throughput" || session->slots() == 1);
      const Images images(batch);
      ASSERT_TRUE(session->set_input(images.view()).has_value());
      for (int round = 0; round < 3; ++round) {
        for (std::int64_t slot = 0; slot < session->slots(); ++slot) ASSERT_TRUE(session->enqueue(slot).has_value());
        std::set<std::int64_t> completed;
        for (std::int64_t i = 0; i < session->slots(); ++i) {
          const auto completion = session->next_completion();
          ASSERT_TRUE(completion.has_value()) << completion.error().message;
          EXPECT_TRUE(completed.insert(completion->slot).second);
        }
        for (std::int64_t slot = 0; slot < session->slots(); ++slot) {
          const auto output = session->output(slot);
          ASSERT_TRUE(output.has_value()) << output.error().message;
          expect_logits(*output, images, 1e-5);
        }
      }
    }
  }
}

TEST_F(OpenvinoEngine, CompletionsAreStampedAfterTheyWereEnqueuedAndNeverGoBack) {
  const base::SystemClock clock;
  for (const std::string hint : {"latency", "throughput"}) {
    auto options = small();
    options.hint = hint;
    const auto session = compiled("classifier", options);
    ASSERT_NE(session, nullptr);
    ASSERT_TRUE(session->set_input(Images(1).view()).has_value());
    auto before = clock.now();
    for (int i = 0; i < 100; ++i) {
      ASSERT_TRUE(session->enqueue(i % session->slots()).has_value());
      const auto completion = session->next_completion();
      ASSERT_TRUE(completion.has_value());
      EXPECT_EQ(completion->slot, i % session->slots());
      EXPECT_GT(completion->time, before);
      EXPECT_LE(completion->time, clock.now());
      before = completion->time;
    }
  }
}

TEST_F(OpenvinoEngine, ABatchThatTheFileFixesIsReshapedAndSaidSo) {
  const auto session = compiled("fixed_batch", small(5));
  ASSERT_NE(session, nullptr);
  EXPECT_THAT(session->describe().conditions, Contains("input: reshaped from [1, 3, 8, 8] to [5, 3, 8, 8]"));
  const Images images(5);
  ASSERT_TRUE(session->set_input(images.view()).has_value());
  ASSERT_TRUE(session->enqueue(0).has_value());
  ASSERT_TRUE(session->next_completion().has_value());
  expect_logits(*session->output(0), images, 1e-5);
}

TEST_F(OpenvinoEngine, AFreeBatchAndSizeTakeWhateverIsAskedFor) {
  for (const auto& [batch, size] : {std::pair{2, 8}, std::pair{7, 13}}) {
    auto options = small(batch);
    options.image_size = size;
    const auto session = compiled("classifier", options);
    ASSERT_NE(session, nullptr);
    EXPECT_THAT(session->describe().conditions, Not(Contains(HasSubstr("reshaped"))));
    const Images images(batch, size);
    ASSERT_TRUE(session->set_input(images.view()).has_value());
    ASSERT_TRUE(session->enqueue(0).has_value());
    ASSERT_TRUE(session->next_completion().has_value());
    expect_logits(*session->output(0), images, 1e-5);
  }
}

TEST_F(OpenvinoEngine, AHalfPrecisionFileIsFedAndReadInFloat) {
  const auto session = compiled("half", small(2));
  ASSERT_NE(session, nullptr);
  const Images images(2);
  ASSERT_TRUE(session->set_input(images.view()).has_value());
  ASSERT_TRUE(session->enqueue(0).has_value());
  ASSERT_TRUE(session->next_completion().has_value());
  expect_logits(*session->output(0), images, 1e-2);
}

TEST_F(OpenvinoEngine, AnUntouchedInputIsNeverRun) {
  const auto session = compiled("classifier", small());
  ASSERT_NE(session, nullptr);
  EXPECT_FALSE(session->enqueue(0).has_value());
  EXPECT_FALSE(session->output(0).has_value());
  EXPECT_FALSE(session->next_completion().has_value());
}

TEST_F(OpenvinoEngine, ASlotThatIsBusyOrUnknownIsRefused) {
  const auto session = compiled("classifier", small());
  ASSERT_NE(session, nullptr);
  ASSERT_TRUE(session->set_input(Images(1).view()).has_value());
  EXPECT_FALSE(session->enqueue(-1).has_value());
  EXPECT_FALSE(session->enqueue(1).has_value());
  ASSERT_TRUE(session->enqueue(0).has_value());
  EXPECT_FALSE(session->enqueue(0).has_value());
  EXPECT_FALSE(session->output(0).has_value());
  EXPECT_FALSE(session->set_input(Images(1).view()).has_value());
  EXPECT_TRUE(session->next_completion().has_value());
  EXPECT_TRUE(session->output(0).has_value());
}

TEST_F(OpenvinoEngine, ImagesOfAnotherShapeAreRefused) {
  const auto session = compiled("classifier", small(2));
  ASSERT_NE(session, nullptr);
  EXPECT_THAT(session->set_input(Images(1).view()).error().message, HasSubstr("takes [2, 3, 8, 8]"));
  const Images images(2);
  EXPECT_FALSE(session->set_input({images.shape, std::span(images.values).first(7)}).has_value());
}

TEST_F(OpenvinoEngine, ASessionMayEndWhileBatchesAreInFlight) {
  auto options = small(4);
  options.hint = "throughput";
  auto session = compiled("classifier", options);
  ASSERT_NE(session, nullptr);
  ASSERT_TRUE(session->set_input(Images(4).view()).has_value());
  for (std::int64_t slot = 0; slot < session->slots(); ++slot) ASSERT_TRUE(session->enqueue(slot).has_value());
  session.reset();
}

TEST_F(OpenvinoEngine, DescribesWhatItRunsUnderWhichConditions) {
  auto options = small();
  options.threads = 1;
  const auto session = compiled("classifier", options);
  ASSERT_NE(session, nullptr);
  EXPECT_FALSE(session->describe().first_inference.has_value());
  ASSERT_TRUE(session->set_input(Images(1).view()).has_value());
  ASSERT_TRUE(session->enqueue(0).has_value());
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

TEST_F(OpenvinoEngine, ListsTheOperatorsWithTheirShapes) {
  const auto session = compiled("classifier", small(2));
  ASSERT_NE(session, nullptr);
  std::set<std::string> types;
  for (const auto& entry : session->operators()) {
    types.insert(entry.type);
    if (entry.type != "Convolution") continue;
    using Shape = std::vector<std::int64_t>;
    EXPECT_THAT(entry.inputs, ElementsAre(Shape{2, 3, 8, 8}, Shape{4, 3, 1, 1}));
    EXPECT_THAT(entry.outputs, ElementsAre(Shape{2, 4, 8, 8}));
  }
  EXPECT_THAT(types, Contains("Convolution"));
  EXPECT_THAT(types, Not(Contains("Constant")));
}

TEST_F(OpenvinoEngine, AModelCacheIsFilledAndRecorded) {
  const auto folder = base::Path(testing::TempDir()) / "wattlens_model_cache";
  std::filesystem::remove_all(folder);
  auto options = small();
  options.model_cache = folder;
  for (int i = 0; i < 2; ++i) {
    const auto session = compiled("classifier", options);
    ASSERT_NE(session, nullptr);
    EXPECT_THAT(session->describe().conditions, Contains("model cache: on"));
    EXPECT_EQ(session->describe().execution_precision, "f32");
    const Images images(1);
    ASSERT_TRUE(session->set_input(images.view()).has_value());
    ASSERT_TRUE(session->enqueue(0).has_value());
    ASSERT_TRUE(session->next_completion().has_value());
    expect_logits(*session->output(0), images, 1e-5);
  }
  EXPECT_FALSE(std::filesystem::is_empty(folder));
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace wattlens::engine
