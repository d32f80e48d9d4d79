#include "cli/timeline_flags.h"

#include <CLI/CLI.hpp>

#include "cli/bench_flags.h"
#include "cli/common_flags.h"

namespace wattlens::cli {
namespace {

void add_points(CLI::App& timeline, TimelineOptions& options) {
  RunOptions& run = options.run;
  timeline
      .add_option("--model", options.models,
                  "Beside the paper's five: resnet50, or mine.onnx=2024:81.2 (year, top-1 %)")
      ->type_name("LIST")
      ->group("Points");
  timeline.add_option("--batch", run.batches, "Images per batch (1,8)")->type_name("LIST")->group("Points");
  timeline.add_option("--engine", run.engines, "openvino or libtorch (openvino)")->type_name("NAME")->group("Points");
  timeline.add_option("--device", run.devices, "The device (cpu)")->type_name("NAME")->group("Points");
  timeline.add_option("--precision", run.precisions, "f32, tf32, bf16, f16, or auto (f32)")
      ->type_name("NAME")
      ->group("Points");
  timeline.add_option("--threads", run.threads, "Processor threads; 0: the engine chooses (0)")
      ->type_name("N")
      ->group("Points");
}

void add_effort(CLI::App& timeline, RunOptions& run) {
  timeline.add_option("--budget", run.budget, "Time for everything: 120s, 5m")->type_name("TIME")->group("Effort");
  timeline.add_flag("--quick", run.quick, "5 repetitions are enough, windows of 1 s")->group("Effort");
  timeline.add_option("--repetitions", run.repetitions, "Exactly so many of every point")
      ->type_name("N")
      ->group("Effort");
  timeline.add_option("--seed", run.seed, "Seed of the order (0)")->check(CLI::NonNegativeNumber)->type_name("N");
  timeline.add_option("--title", run.title, "A name to find the experiment by (timeline)")->type_name("TEXT");
}

}  // namespace

void add_timeline(CLI::App& study, TimelineOptions& options) {
  CLI::App& timeline =
      *study.add_subcommand("timeline", "Energy per image of a decade of networks, against year and accuracy");
  timeline.footer(R"(
After Yarally et al., "Batching for Green AI" (SEAA 2023): docs/study-timeline.md.
Examples:
  wattlens study timeline --quick --plot timeline.svg
  wattlens study timeline --model resnet50,mine.onnx=2024:81.2 --batch 1
  wattlens study timeline --from last --format json)");
  RunOptions& run = options.run;
  add_points(timeline, options);
  add_effort(timeline, run);
  CLI::Option* dry_run =
      timeline.add_flag("--dry-run", run.dry_run, "Show the points and how long they will take; measure nothing");
  timeline.add_option("--from", options.from, "Analyse a stored experiment; measure nothing")
      ->excludes(dry_run)
      ->type_name("ID");
  add_plot(timeline, run.plot)->excludes(dry_run);
  add_bench_flags(timeline, run);
}

}  // namespace wattlens::cli
