#include "cli/compare_flags.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <string>
#include <utility>

#include "cli/bench_flags.h"
#include "cli/common_flags.h"
#include "cli/image_flags.h"
#include "cli/run_flags.h"
#include "cli/settings_flags.h"

namespace wattlens::cli {
namespace {

void add_design(CLI::App& compare, CompareOptions& options) {
  compare
      .add_option("--blocks", options.blocks, "Exactly so many blocks (look after 6, 10, 16 and 24; a baseline: 10)")
      ->check(CLI::Range(2, 10000))
      ->type_name("N")
      ->group("Design");
  compare.add_flag("--all-pairs", options.all_pairs, "Compare every pair, not only with the first; with letters")
      ->group("Design");
  compare.add_option("--limit", options.limit, "Differences within it count as equivalent (2%)")
      ->type_name("SHARE")
      ->group("Design");
  compare.add_option("--budget", options.run.budget, "Time for everything: 120s, 5m")
      ->type_name("TIME")
      ->group("Design");
  compare.add_option("--warm-ups", options.warm_ups, "Runs of each command before the first block (1)")
      ->check(CLI::Range(0, 1000))
      ->type_name("N")
      ->group("Design");
  compare.add_option("--idle", options.idle, "Look at idle power so long around each command")
      ->type_name("TIME")
      ->group("Design");
  compare.add_option("--gpus", options.gpus, "visible, all, or numbers, of commands (visible)")
      ->type_name("GPUS")
      ->group("Design");
  compare.add_option("--window", options.run.window, "Length of a window of a plan point (2s)")
      ->type_name("TIME")
      ->group("Design");
  compare.add_option("--warm-up-limit", options.run.warm_up_limit, "Longest warm-up of a plan point (10s)")
      ->type_name("TIME")
      ->group("Design");
  compare.add_option("--seed", options.run.seed, "Seed of the order (0)")
      ->check(CLI::NonNegativeNumber)
      ->type_name("N")
      ->group("Design");
}

void add_gate(CLI::App& compare, CompareOptions& options) {
  compare
      .add_option("--fail-above", options.fail_above, "Exit 6 where a candidate needs more energy by more than this")
      ->type_name("SHARE")
      ->group("Gate");
  compare.add_option("--baseline", options.baseline, "Compare with what --save-baseline wrote on this machine")
      ->type_name("FILE")
      ->group("Gate");
  compare.add_option("--save-baseline", options.save_baseline, "Write what was measured now, to compare with later")
      ->type_name("FILE")
      ->group("Gate");
  compare.add_flag("--allow-modelled", options.allow_modelled, "Let a modelled energy pass or break the gate")
      ->group("Gate");
  compare.add_option("--junit", options.junit, "Write JUnit XML to FILE")->type_name("FILE")->group("Gate");
}

}  // namespace

void add_compare(CLI::App& app, CompareOptions& options) {
  CLI::App& compare = *app.add_subcommand("compare", "Does B need less energy than A? Side by side, with a verdict");
  compare.footer(R"(
Compares plan points (axes as for run; the first is the base), commands (after --), stored experiments (ID: the
points of one; ID ID: the same points of two), or one of these with a baseline.
Examples:
  wattlens compare --model mobilenet_v2 --precision f32,bf16
  wattlens compare --model resnet50 --images photos --preprocess outside,inside
  wattlens compare -- './old --fast' './new --fast'
  wattlens compare --resume
  wattlens compare last --all-pairs
  wattlens compare 20261121T10 20261122T09
  wattlens compare --save-baseline base.json -- './program'
  wattlens compare --baseline base.json --fail-above 3% --junit energy.xml -- './program')");
  compare.add_option("experiments", options.experiments, "Stored experiments: the beginnings of ids, or last")
      ->expected(0, 2)
      ->type_name("ID");
  add_axes(compare, options.run);
  add_images(compare, options.run.images);
  add_preprocess(compare, options.run.images);
  add_design(compare, options);
  add_gate(compare, options);
  compare.add_option("--title", options.run.title, "A name to find it by")->type_name("TEXT");
  CLI::Option* resume =
      compare
          .add_option_function<std::vector<std::string>>(
              "--resume",
              [&options](const std::vector<std::string>& ids) { options.run.resume = ids.empty() ? "" : ids.front(); },
              "Go on with a comparison of commands that was interrupted (the last one)")
          ->expected(0, 1)
          ->type_name("ID");
  for (const char* design : {"--blocks", "--budget", "--warm-ups", "--idle", "--seed", "--title"}) {
    resume->excludes(compare.get_option(design));
  }
  compare.add_flag("--dry-run", options.run.dry_run, "Show what would be measured and how long; measure nothing")
      ->excludes(resume);
  add_varied_settings(compare, options.run.settings);
  add_plot(compare, options.run.plot)->excludes(compare.get_option("--dry-run"));
  add_bench_flags(compare, options.run);
}

Result<void> check_compare(const CompareOptions& options) {
  const bool points = options.run.models.has_value();
  const bool stored = !options.experiments.empty();
  const int kinds = static_cast<int>(points) + static_cast<int>(stored) + static_cast<int>(!options.commands.empty()) +
                    static_cast<int>(options.run.resume.has_value());
  if (kinds == 0) {
    return fail(ErrorKind::usage, "there is nothing to compare",
                "give --model NAME --precision f32,bf16; or -- 'COMMAND A' 'COMMAND B'; or the ids of experiments");
  }
  if (kinds > 1) {
    return fail(ErrorKind::usage, "plan points, commands and stored experiments are not compared with each other",
                "give --model, or commands after --, or ids of experiments");
  }
  if (stored && options.run.dry_run) {
    return fail(ErrorKind::usage, "nothing is measured where stored experiments are compared", "leave out --dry-run");
  }
  if (stored && options.save_baseline && options.experiments.size() > 1) {
    return fail(ErrorKind::usage, "--save-baseline writes one experiment", "give one id");
  }
  if (options.baseline && options.experiments.size() > 1) {
    return fail(ErrorKind::usage, "--baseline is compared with one experiment", "give one id");
  }
  if (options.all_pairs && (options.baseline || options.experiments.size() > 1)) {
    return fail(ErrorKind::usage, "--all-pairs is for sides that were measured in one go", "leave it out");
  }
  if (stored && !options.run.settings.wishes.empty()) {
    return fail(ErrorKind::usage, "--set is for what is measured, and stored experiments are not", "leave it out");
  }
  const bool one_side = options.commands.size() == 1;
  if (one_side && !options.baseline && !options.save_baseline) {
    return fail(ErrorKind::usage, "one command alone cannot be compared",
                "give a second one, each in quotes: -- 'COMMAND A' 'COMMAND B'; or --baseline FILE");
  }
  return {};
}

}  // namespace wattlens::cli
