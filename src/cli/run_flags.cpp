#include "cli/run_flags.h"

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "cli/bench_flags.h"
#include "cli/common_flags.h"
#include "cli/image_flags.h"
#include "cli/settings_flags.h"

namespace wattlens::cli {
namespace {

void add_effort(CLI::App& run, RunOptions& options) {
  run.add_option("--budget", options.budget, "Time for everything: 120s, 5m")->type_name("TIME")->group("Effort");
  run.add_flag("--quick", options.quick, "5 repetitions are enough, windows of 1 s")->group("Effort");
  run.add_option("--repetitions", options.repetitions, "Exactly so many of every point")
      ->type_name("N")
      ->group("Effort");
  run.add_option("--target", options.target, "Relative half-width of the interval to stop at (2%)")
      ->type_name("SHARE")
      ->group("Effort");
  run.add_option("--window", options.window, "Length of a window (2s)")->type_name("TIME")->group("Effort");
  run.add_option("--warm-up-limit", options.warm_up_limit, "Longest warm-up (10s)")->type_name("TIME")->group("Effort");
  run.add_option("--rate", options.rate_hz, "Samples per second (100)")->type_name("HZ")->group("Effort");
}

void add_resume(CLI::App& run, RunOptions& options, CLI::Option* dry_run, CLI::Option* check_only) {
  CLI::Option* resume =
      run.add_option_function<std::vector<std::string>>(
             "--resume",
             [&options](const std::vector<std::string>& ids) { options.resume = ids.empty() ? "" : ids.front(); },
             "Go on with an experiment that was interrupted (the last one)")
          ->expected(0, 1)
          ->type_name("ID")
          ->excludes(dry_run)
          ->excludes(check_only)
          ->group("Resume");
  run.add_flag("--retry-failed", options.retry_failed, "Measure its points again that failed")
      ->needs(resume)
      ->group("Resume");
  run.add_flag("--force", options.force, "Even on another machine; with a warning in its data")
      ->needs(resume)
      ->group("Resume");
}

}  // namespace

// CLI11 keeps the text of a flag; what it means is read in run_plan.cpp, where plan files are read too.
void add_model_axes(CLI::App& run, RunOptions& options) {
  run.add_option("--model", options.models, "Networks or model files")->type_name("LIST")->group("Axes");
  run.add_option("--engine", options.engines, "Engines: openvino, libtorch (openvino)")
      ->type_name("LIST")
      ->group("Axes");
  run.add_option("--device", options.devices, "Devices (cpu)")->type_name("LIST")->group("Axes");
  run.add_option("--precision", options.precisions, "f32, tf32, bf16, f16, or auto: bf16 where it is native (f32)")
      ->type_name("LIST")
      ->group("Axes");
  run.add_option("--hint", options.hints, "latency, throughput (latency)")->type_name("LIST")->group("Axes");
  run.add_option("--image-size", options.image_sizes, "Pixels along each side (the model's own; 224)")
      ->type_name("LIST")
      ->group("Axes");
  run.add_option("--threads", options.threads, "Processor threads; 0: the engine chooses (0)")
      ->type_name("LIST")
      ->group("Axes");
}

void add_axes(CLI::App& run, RunOptions& options) {
  add_model_axes(run, options);
  run.add_option("--batch", options.batches, "Images per batch (1)")->type_name("LIST")->group("Axes");
}

void add_run(CLI::App& app, RunOptions& options) {
  CLI::App& run = *app.add_subcommand("run", "Measure models over engines, precisions, batch sizes, …");
  run.footer(R"(
Axes take lists and ranges: 1,2,4 or 1-4 or 16-64+16 or 8-64*2. Every combination is measured.
Examples:
  wattlens run --model resnet50,mobilenet_v2 --precision f32,bf16 --batch 1,8
  wattlens run --model mine.onnx --batch 1-32*2 --budget 5m --format csv -o mine.csv
  wattlens run sweep.toml --dry-run
  wattlens run --model resnet50 --engine openvino,libtorch --precision f32,bf16 --check-only
  wattlens run --model resnet50 --allow-settings --set cpu.governor=performance --set cpu.turbo=off
  wattlens run --model resnet50@weights.safetensors --images imagenet/val --batch 8
  wattlens run --model resnet50 --images photos --preprocess outside,inside,alone
  wattlens run --resume
Plan files: docs/plans.md. Models: wattlens network list, NAME@WEIGHTS.safetensors, FILE.onnx (openvino),
FILE.pt or FILE.pt2 (libtorch).)");
  run.add_option("plan", options.plan_file, "A plan file (TOML); flags win over it")->type_name("PLAN.toml");
  add_axes(run, options);
  add_effort(run, options);
  add_images(run, options.images);
  add_preprocess(run, options.images);
  run.add_option("--seed", options.seed, "Seed of the order (0)")->check(CLI::NonNegativeNumber)->type_name("N");
  run.add_option("--title", options.title, "A name to find the experiment by")->type_name("TEXT");
  run.add_option("--model-cache", options.model_cache, "Keep compiled models in this folder (recorded; off)")
      ->type_name("FOLDER");
  run.add_flag("--system-allocator", options.system_allocator,
               "Workers leave the C library's allocator as it is (recorded; libtorch keeps freed memory)");
  CLI::Option* dry_run =
      run.add_flag("--dry-run", options.dry_run, "Show the points and how long they will take; measure nothing");
  CLI::Option* check_only = run.add_flag("--check-only", options.check_only,
                                         "Compare the outputs with their references; time and store nothing")
                                ->excludes(dry_run);
  add_resume(run, options, dry_run, check_only);
  add_varied_settings(run, options.settings);
  add_plot(run, options.plot)->excludes(dry_run)->excludes(check_only);
  add_bench_flags(run, options);
}

}  // namespace wattlens::cli
