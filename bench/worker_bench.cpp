// Runs one built-in network in an engine's worker process, as `wattlens run` does, and prints one line of JSON: how
// long the worker took until its first result, and how fast it was then. Driven by against_pytorch.py.
#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <string>

#include "base/json.h"
#include "record/model_name.h"
#include "worker/client.h"
#include "worker/engine_location.h"

namespace {

using namespace wattlens;  // NOLINT(google-build-using-namespace): a program of one file

struct Arguments {
  std::string engines = "build/release/engines.json";
  std::string engine = "libtorch";
  std::string model;
  worker::CompileRequest request;
  worker::ClientOptions client;
  double seconds = 3.0;
  double warm_up_seconds = 1.0;
};

Result<worker::EngineLocation> find_engine(const Arguments& arguments) {
  WATTLENS_TRY(const auto engines, worker::read_engine_locations(arguments.engines));
  const auto found = std::ranges::find(engines, arguments.engine, &worker::EngineLocation::name);
  if (found == engines.end()) {
    return fail(ErrorKind::usage, fmt::format("{} has no engine {}", arguments.engines, arguments.engine));
  }
  return *found;
}

Result<base::Json> bench(Arguments arguments) {
  const auto model = record::parse_model_name(arguments.model);
  arguments.request.source.network = model.network;
  arguments.request.source.file = model.file;
  WATTLENS_TRY(const auto engine, find_engine(arguments));
  const base::SystemClock clock;
  const base::Cancellation cancellation;
  const auto begin = clock.now();
  WATTLENS_TRY(const auto client, worker::Client::start(engine, arguments.client, clock, cancellation));
  const auto started = clock.now();
  WATTLENS_TRY(const auto compiled, client->compile(arguments.request));
  const auto loaded = clock.now();
  WATTLENS_CHECK(client->set_input(worker::SeededInput{}));
  WATTLENS_TRY(const auto first, client->run({base::Seconds{0}, 1}));
  base::Json json{{"ready_s", (first.end - begin).value},
                  {"start_up_s", (started - begin).value},
                  {"compile_s", (loaded - started).value},
                  {"first_inference_s", (first.end - first.begin).value},
                  {"engine_version", client->hello().engine_version},
                  {"threads", compiled.info.threads},
                  {"conditions", compiled.info.conditions}};
  if (arguments.seconds > 0.0) {
    WATTLENS_CHECK(client->run({base::seconds(arguments.warm_up_seconds), 3}));
    WATTLENS_TRY(const auto ran, client->run({base::seconds(arguments.seconds), 5}));
    const auto images = static_cast<double>(std::ssize(ran.completions) * arguments.request.options.batch);
    json["images_per_s"] = images / (ran.end - ran.begin).value;
    json["peak_memory_mib"] = ran.peak_memory / base::mebibytes(1.0);
  }
  return json;
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  auto& options = arguments.request.options;
  CLI::App app("Runs one network in an engine's worker and prints its speed as JSON");
  app.add_option("model", arguments.model, "a network, network@state_dict, or a model file")->required();
  app.add_option("--engines", arguments.engines, "the list of engines");
  app.add_option("--engine", arguments.engine);
  app.add_option("--precision", options.precision);
  app.add_option("--hint", options.hint);
  app.add_option("--batch", options.batch);
  app.add_option("--image-size", options.image_size);
  app.add_option("--threads", options.threads, "0: the engine chooses");
  app.add_option("--seconds", arguments.seconds, "0: only until the first result");
  app.add_flag("--system-allocator", arguments.client.system_allocator);
  CLI11_PARSE(app, argc, argv);
  const auto json = bench(std::move(arguments));
  if (!json) {
    fmt::print(stderr, "error: {}\n{}\n", json.error().message, json.error().hint);
    return 1;
  }
  fmt::print("{}\n", base::to_text(*json));
  return 0;
}
