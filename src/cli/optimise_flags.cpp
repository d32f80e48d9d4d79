#include "cli/optimise_flags.h"

#include <CLI/CLI.hpp>

#include "cli/bench_flags.h"
#include "cli/common_flags.h"
#include "cli/image_flags.h"
#include "cli/settings_flags.h"

namespace wattlens::cli {
namespace {

void add_space(CLI::App& optimise, OptimiseOptions& options) {
  RunOptions& run = options.run;
  const auto add = [&](const char* name, std::optional<std::string>& value, const char* about) {
    optimise.add_option(name, value, about)->type_name("LIST")->group("Space");
  };
  optimise.add_option("--model", run.models, "A network or a model file")
      ->required()
      ->type_name("MODEL")
      ->group("Space");
  optimise.add_option("--candidate", options.candidates, "A file of the same model, such as a quantised one")
      ->type_name("FILE")
      ->take_all()
      ->allow_extra_args(false)
      ->group("Space");
  add("--engine", run.engines, "Engines: openvino, libtorch (openvino)");
  add("--device", run.devices, "Devices (cpu)");
  add("--precision", run.precisions, "f32, tf32, bf16, f16; what is not native is left out (f32,bf16)");
  add("--hint", run.hints, "latency, throughput (both)");
  add("--batch", run.batches, "Images per batch (1-64*2)");
  add("--threads", run.threads, "Processor threads; 0: the engine chooses (0)");
  optimise.add_option("--image-size", run.image_sizes, "Pixels along each side (the model's own; 224)")
      ->type_name("PIXELS")
      ->group("Space");
}

void add_search(CLI::App& optimise, OptimiseOptions& options) {
  optimise.add_option("--limit", options.limits, "latency<10ms, p99<50ms, throughput>100, memory<2GiB, accuracy>99%")
      ->type_name("LIMIT")
      ->take_all()
      ->allow_extra_args(false)
      ->group("Search");
  optimise.add_flag("--quick", options.run.quick, "Fewer and shorter windows")->group("Search");
  optimise.add_option("--budget", options.run.budget, "Time for everything: 120s, 5m")
      ->type_name("TIME")
      ->group("Search");
  optimise.add_option("--window", options.run.window, "Length of a window of the last rung (2s)")
      ->type_name("TIME")
      ->group("Search");
  optimise.add_option("--seed", options.run.seed, "Seed of the order (0)")
      ->check(CLI::NonNegativeNumber)
      ->type_name("N")
      ->group("Search");
}

}  // namespace

void add_optimise(CLI::App& app, OptimiseOptions& options) {
  CLI::App& optimise =
      *app.add_subcommand("optimise", "The cheapest configuration within limits, found with few joules and verified");
  optimise.footer(R"(
Measures all candidates shortly, the best of them longer, and the cheapest beside the default (openvino, f32, latency
hint, batch 1). Latency is the time of a batch; its limit is kept by the upper end of the interval. Accuracy is how
often the model is right on labelled images (--images); without them, how often its top class is that of the model in
f32.
Examples:
  wattlens optimise --model mobilenet_v2 --limit 'latency<10ms'
  wattlens optimise --model vit_b_16 --limit 'latency<1s' --limit 'memory<2GiB' --precision f32,bf16 --quick
  wattlens optimise --model resnet50 --candidate resnet50-int8.onnx --limit 'accuracy>95%'
  wattlens optimise --model resnet50@weights.safetensors --images imagenet/val --limit 'accuracy>75%'
  wattlens optimise --model resnet50 --dry-run
Exit code 3: nothing keeps the limits.)");
  add_space(optimise, options);
  add_images(optimise, options.run.images);
  add_search(optimise, options);
  optimise.add_option("--title", options.run.title, "A name to find the experiments by")->type_name("TEXT");
  CLI::Option* dry_run = optimise.add_flag("--dry-run", options.run.dry_run,
                                           "Show the candidates and how long it will take; measure nothing");
  optimise
      .add_flag("--resume", options.resume,
                "Go on with the last search of this model: what is stored is not measured again")
      ->excludes(dry_run);
  add_varied_settings(optimise, options.run.settings);
  add_plot(optimise, options.run.plot)->excludes(dry_run);
  add_bench_flags(optimise, options.run);
}

}  // namespace wattlens::cli
