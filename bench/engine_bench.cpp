// Runs one model through the OpenVINO engine for a given time, as the worker does, and prints one line of JSON.
// Driven by against_benchmark_app.py; with --images and --logits also the way for scripts to get at the engine's
// output.
#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/random.h"
#include "engine/openvino_engine.h"
#include "network/onnx.h"
#include "network/weights.h"
#include "network/zoo.h"
#include "record/model_name.h"

namespace {

using namespace wattlens;  // NOLINT(google-build-using-namespace): a program of one file

struct Arguments {
  std::string model;
  engine::SessionOptions options;
  double seconds = 3.0;
  bool denormal = false;
  std::string images;  // raw float32 in, raw float32 out
  std::string logits;
  std::string onnx;  // write the network to this file instead of running it
};

struct Measured {
  std::int64_t batches = 0;
  base::Seconds duration;
};

// Keeps every slot busy until the time is over, then waits for what is in flight, as benchmark_app does.
Result<Measured> run(engine::Session& session, base::Seconds duration) {
  const auto batch = session.describe().input_shape.front();
  const base::SystemClock clock;
  const auto begin = clock.now();
  Measured measured;
  std::int64_t in_flight = 0;
  for (std::int64_t slot = 0; slot < session.slots(); ++slot, ++in_flight) WATTLENS_CHECK(session.enqueue(slot, batch));
  while (in_flight > 0) {
    WATTLENS_TRY(const auto completion, session.next_completion());
    ++measured.batches;
    measured.duration = completion.time - begin;
    if (measured.duration < duration) {
      WATTLENS_CHECK(session.enqueue(completion.slot, batch));
    } else {
      --in_flight;
    }
  }
  return measured;
}

Result<std::vector<float>> input(const Arguments& arguments, std::size_t count) {
  std::vector<float> values(count);
  if (arguments.images.empty()) {
    base::Random(base::derive_seed(0, "input")).fill_normal(values);
    if (arguments.denormal) std::ranges::transform(values, values.begin(), [](float x) { return x * 1e-40F; });
    return values;
  }
  WATTLENS_TRY(const auto file, base::MappedFile::open(arguments.images));
  if (file.bytes().size() != count * sizeof(float)) {
    return fail(ErrorKind::usage, fmt::format("{} does not hold {} float32 numbers", arguments.images, count));
  }
  std::memcpy(values.data(), file.bytes().data(), file.bytes().size());
  return values;
}

Result<void> write_logits(engine::Session& session, const std::string& path) {
  WATTLENS_TRY(const auto output, session.output(0));
  return base::write_text(path,
                          {reinterpret_cast<const char*>(output.values.data()), output.values.size() * sizeof(float)});
}

Result<base::Json> bench(const Arguments& arguments) {
  const auto name = record::parse_model_name(arguments.model);
  const auto& options = arguments.options;
  WATTLENS_TRY(const auto engine, engine::open_openvino({}));
  WATTLENS_TRY(const auto session, engine->compile({.network = name.network, .file = name.file}, options));
  const std::vector<std::int64_t> shape{options.batch, 3, options.image_size, options.image_size};
  WATTLENS_TRY(const auto images,
               input(arguments, static_cast<std::size_t>(shape[0] * shape[1] * shape[2] * shape[3])));
  WATTLENS_CHECK(session->set_input({shape, images}));
  WATTLENS_TRY(const auto warm_up, run(*session, {}));  // one batch in each slot
  if (!arguments.logits.empty()) WATTLENS_CHECK(write_logits(*session, arguments.logits));
  base::Json json;
  if (arguments.seconds > 0.0) {
    WATTLENS_TRY(const auto measured, run(*session, base::seconds(arguments.seconds)));
    const auto images_done = static_cast<double>(measured.batches * options.batch);
    json["images_per_s"] = images_done / measured.duration.value;
    json["batches"] = measured.batches;
    json["duration_s"] = measured.duration.value;
  }
  const auto info = session->describe();
  json["engine_version"] = info.engine_version;
  json["execution_precision"] = info.execution_precision;
  json["threads"] = info.threads;
  json["streams"] = info.streams;
  json["slots"] = session->slots();
  json["compile_s"] = info.compile ? info.compile->value : 0.0;
  json["warm_up_batches"] = warm_up.batches;
  return json;
}

// For programs that must run the very same model.
Result<base::Json> write_onnx(const Arguments& arguments) {
  const auto name = record::parse_model_name(arguments.model);
  WATTLENS_TRY(const auto graph, network::build(name.network, {.image_size = arguments.options.image_size}));
  WATTLENS_TRY(const auto weights, network::initialise(graph, 0));
  WATTLENS_TRY(const auto onnx, network::onnx_model(graph, weights));
  WATTLENS_CHECK(base::write_text(arguments.onnx, onnx));
  return base::Json{{"onnx", arguments.onnx}};
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  CLI::App app("Runs one model through the OpenVINO engine and prints its speed as JSON");
  app.add_option("model", arguments.model, "a network, network@state_dict, or an .onnx file")->required();
  app.add_option("--precision", arguments.options.precision);
  app.add_option("--hint", arguments.options.hint);
  app.add_option("--batch", arguments.options.batch);
  app.add_option("--image-size", arguments.options.image_size);
  app.add_option("--threads", arguments.options.threads, "0: the engine chooses");
  app.add_option("--seconds", arguments.seconds, "0: only what is needed for --logits");
  app.add_flag("--denormal", arguments.denormal, "images of denormal numbers only");
  app.add_option("--images", arguments.images, "raw float32 images; default: seeded N(0, 1)");
  app.add_option("--logits", arguments.logits, "write the logits as raw float32");
  app.add_option("--write-onnx", arguments.onnx, "write the built-in network to this file, and do no more");
  CLI11_PARSE(app, argc, argv);
  const auto json = arguments.onnx.empty() ? bench(arguments) : write_onnx(arguments);
  if (!json) {
    fmt::print(stderr, "error: {}\n{}\n", json.error().message, json.error().hint);
    return 1;
  }
  fmt::print("{}\n", base::to_text(*json));
  return 0;
}
