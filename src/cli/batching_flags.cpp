#include "cli/batching_flags.h"

#include <CLI/CLI.hpp>

#include "cli/bench_flags.h"
#include "cli/common_flags.h"
#include "cli/image_flags.h"
#include "cli/run_flags.h"

namespace wattlens::cli {
namespace {

void add_requests(CLI::App& study, BatchingOptions& options) {
  study
      .add_option("--arrivals", options.arrivals,
                  "How requests come: jittered (even gaps, as in the paper), poisson, closed:CLIENTS, "
                  "trace:FILE, trace:FILE*SPEED-UP (jittered)")
      ->type_name("LIST")
      ->group("Requests");
  study.add_option("--rate", options.rates, "Requests per second of jittered and poisson (16)")
      ->type_name("LIST")
      ->group("Requests");
  study
      .add_option("--policy", options.policies,
                  "How they are joined: N (waits until full), N@TIME, greedy, greedy:MOST, dynamic:4+8@TIME "
                  "(16,32,64,128,greedy)")
      ->type_name("LIST")
      ->group("Requests");
  study.add_option("--requests", options.requests, "Requests in each repetition (512; quick: 96)")
      ->check(CLI::PositiveNumber)
      ->type_name("N")
      ->group("Requests");
  CLI::Option* slo =
      study
          .add_option("--slo", options.slo,
                      "Search the policy of least energy within limits on response times, and measure it: p99<50ms, "
                      "mean<20ms, p50, p95, max")
          ->type_name("LIMITS")
          ->group("Requests");
  study
      .add_option("--export", options.export_folder,
                  "Write what --slo found as configurations of Triton, TorchServe and OpenVINO Model Server")
      ->needs(slo)
      ->type_name("FOLDER")
      ->group("Requests");
}

}  // namespace

void add_batching(CLI::App& app, BatchingOptions& options) {
  CLI::App& study =
      *app.add_subcommand("batching", "Does joining requests into batches save energy, and what does waiting cost?");
  study.footer(R"(
After Yarally et al., "Batching for Green AI" (SEAA 2023): docs/study-batching.md.
Examples:
  wattlens study batching --rate 16,32 --policy 16,32,64,128,greedy --quick
  wattlens study batching --model mobilenet_v2 --arrivals poisson --rate 50 --policy 1,8@20ms,greedy
  wattlens study batching --model resnet50 --arrivals trace:requests.csv*10 --policy greedy,32@100ms
  wattlens study batching --model mobilenet_v2 --rate 50 --slo 'p99<200ms'
  wattlens study batching --from 20261122T)");
  RunOptions& run = options.run;
  add_model_axes(study, run);
  add_requests(study, options);
  add_images(study, run.images);
  add_preprocess(study, run.images);
  study.add_option("--budget", run.budget, "Time for everything: 120s, 5m")->type_name("TIME")->group("Effort");
  study.add_flag("--quick", run.quick, "Up to 3 repetitions of 96 requests, 14 minutes in all")->group("Effort");
  study.add_option("--repetitions", run.repetitions, "Of every point (8; quick: 3)")->type_name("N")->group("Effort");
  study.add_option("--seed", run.seed, "Seed of the order and of the arrivals (0)")
      ->check(CLI::NonNegativeNumber)
      ->type_name("N");
  study.add_option("--title", run.title, "A name to find the experiment by")->type_name("TEXT");
  CLI::Option* dry_run =
      study.add_flag("--dry-run", run.dry_run, "Show the points and how long they will take; measure nothing");
  study.add_option("--from", options.from, "Analyse a stored study again; measure nothing")
      ->excludes(dry_run)
      ->type_name("ID");
  add_plot(study, run.plot)->excludes(dry_run)->excludes("--slo");
  add_bench_flags(study, run);
}

}  // namespace wattlens::cli
