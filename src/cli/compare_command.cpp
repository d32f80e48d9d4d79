#include "cli/compare_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <limits>
#include <utility>

#include "cli/compare_sources.h"
#include "cli/machine_settings.h"
#include "cli/resume.h"
#include "cli/sensors.h"
#include "cli/store_path.h"
#include "experiment/axis.h"
#include "experiment/baseline.h"
#include "report/comparison_report.h"
#include "report/plots.h"
#include "report/simulated.h"

namespace wattlens::cli {
namespace {

using experiment::ComparisonRules;
using experiment::Recorded;
using record::ComparisonResult;

// Those of stats::kPlannedLooks; the last one is as far as a comparison goes.
constexpr std::int64_t kLastLook = 24;
constexpr std::int64_t kBaselineBlocks = 10;

struct Inputs {
  ComparisonRules rules;
  std::optional<Recorded> baseline;
  std::string base_name;
  std::optional<simulation::Scenario> scenario;
};

bool live(const CompareOptions& options) { return options.experiments.empty(); }

// One side alone is measured for a baseline, or against one: there is nothing to look at before the end.
bool fixed_blocks(const CompareOptions& options) {
  return options.blocks || options.baseline || options.commands.size() == 1 || !live(options);
}

Result<Inputs> inputs_of(const CompareOptions& options) {
  Inputs inputs;
  WATTLENS_TRY(inputs.scenario, read_simulated(options.run.simulate));
  WATTLENS_TRY(inputs.rules.equivalence_limit, experiment::parse_share(options.limit, "--limit"));
  if (options.fail_above) {
    WATTLENS_TRY(inputs.rules.fail_above, experiment::parse_share(*options.fail_above, "--fail-above"));
  }
  inputs.rules.all_pairs = options.all_pairs;
  inputs.rules.planned_looks = !fixed_blocks(options);
  if (options.run.resume) {
    WATTLENS_TRY(inputs.rules.planned_looks, was_planned_with_looks(options));
  }
  if (options.baseline) {
    WATTLENS_TRY(inputs.baseline, experiment::read_baseline(*options.baseline));
    inputs.base_name = "the baseline " + options.baseline->string();
  }
  return inputs;
}

std::unexpected<Error> modelled_gate() {
  return fail(ErrorKind::not_measurable,
              "the gate is closed to modelled energies: no sensor can be read here, and the model does not know which "
              "instructions run",
              "use a machine with a sensor (wattlens doctor), or add --allow-modelled");
}

Result<void> check_begin(const CompareOptions& options, const Inputs& inputs, const record::MachineState& machine,
                         const meter::MeterSet& meters) {
  const auto channels = meters.channels();
  const bool modelled = !meters.anything_measured() && !report::simulated(channels);
  if (options.fail_above && modelled && !options.allow_modelled) return modelled_gate();
  if (!inputs.baseline) return {};
  return experiment::check_comparable(inputs.baseline->experiment, inputs.base_name, machine, channels);
}

CompareHooks hooks_of(const CompareOptions& options, const Inputs& inputs) {
  CompareHooks hooks;
  hooks.scenario = inputs.scenario;
  hooks.may_begin = [&](const record::MachineState& machine, const meter::MeterSet& meters) {
    return check_begin(options, inputs, machine, meters);
  };
  hooks.most_blocks = options.blocks.value_or(inputs.rules.planned_looks ? kLastLook : kBaselineBlocks);
  if (inputs.rules.planned_looks) {
    hooks.decided = [&](const record::Experiment& experiment, std::span<const record::Run> runs) {
      return experiment::decided_at_look(experiment, runs, inputs.rules);
    };
  }
  return hooks;
}

// A gate must not pass, or break, on what was not measured.
Result<void> check_gate(const CompareOptions& options, const ComparisonResult& result) {
  if (!options.fail_above || options.allow_modelled) return {};
  const bool modelled = std::ranges::any_of(
      result.sides, [](const auto& side) { return side.energy.provenance == record::Provenance::modelled; });
  if (modelled) return modelled_gate();
  return {};
}

ExitCode exit_code_of(const ComparisonResult& result, std::span<const record::Run> runs, bool interrupted) {
  const bool failed =
      std::ranges::any_of(runs, [](const record::Run& run) { return run.status == record::RunStatus::failed; });
  if (failed || interrupted) return ExitCode::some_runs_failed;
  const auto& pairs = result.pairs;
  if (std::ranges::any_of(pairs, [](const auto& pair) { return pair.over_limit.value_or(false); })) {
    return ExitCode::limit_broken;
  }
  // A gate needs every verdict; without one it is enough to have compared something.
  const auto has_energy = [](const record::ComparedPair& pair) { return pair.findings.front().ratio.has_value(); };
  const bool enough = pairs.empty() || (result.fail_above ? std::ranges::all_of(pairs, has_energy)
                                                          : std::ranges::any_of(pairs, has_energy));
  return enough ? ExitCode::done : ExitCode::nothing_measurable;
}

void say_what_failed(std::span<const record::Run> runs) {
  for (const record::Run& run : runs) {
    if (run.status != record::RunStatus::failed || !run.failure) continue;
    fmt::print(stderr, "failed: {}\n", run.failure->message);
    if (!run.failure->hint.empty()) fmt::print(stderr, "  {}\n", run.failure->hint);
  }
}

void say_where(const CompareOptions& options, const record::Experiment& experiment) {
  const base::Path store = options.run.store.empty() ? default_store_path() : options.run.store;
  if (experiment.status == record::ExperimentStatus::interrupted) {
    fmt::print(stderr, "Interrupted: what was measured until now is kept. To go on:\n  {}\n",
               resume_command(options.run.program, experiment, options.run.store));
  }
  fmt::print(stderr, "\nStored as {} in {}; compare it again: {} compare {}\n", experiment.id, store.string(),
             options.run.program, experiment.id);
}

// Files that are written at the end, made before anything is measured.
struct Files {
  std::optional<base::OutputFile> baseline;
  std::optional<base::OutputFile> junit;
};

Result<Files> open_files(const CompareOptions& options) {
  Files files;
  if (options.save_baseline) {
    WATTLENS_TRY(base::OutputFile file, base::OutputFile::create(*options.save_baseline));
    files.baseline.emplace(std::move(file));
  }
  if (options.junit) {
    WATTLENS_TRY(base::OutputFile file, base::OutputFile::create(*options.junit));
    files.junit.emplace(std::move(file));
  }
  return files;
}

Result<void> write_files(Files& files, const ComparisonResult& result, const Recorded& recorded) {
  if (files.junit) {
    WATTLENS_CHECK(files.junit->write(report::comparison_junit(result)));
    WATTLENS_CHECK(files.junit->commit());
  }
  if (!files.baseline) return {};
  const bool usable = std::ranges::all_of(experiment::sides_of(recorded),
                                          [](const auto& side) { return !side.no_verdict && side.runs > 1; });
  if (!usable || recorded.experiment.status != record::ExperimentStatus::done) {
    return fail(ErrorKind::not_measurable, "no baseline was written: its energies are missing, partial or too few",
                "see the table for the reason; a baseline needs two complete runs of every point");
  }
  WATTLENS_CHECK(files.baseline->write(experiment::baseline_text(recorded)));
  return files.baseline->commit();
}

Result<ExitCode> show_plan(const CompareOptions& options, const CompareHooks& hooks, const base::Cancellation& cancel) {
  WATTLENS_TRY(Output output, Output::open(options.run.output));
  WATTLENS_TRY(const std::string text, plan_text(options, hooks, output.format(), cancel));
  WATTLENS_CHECK(output.write(text));
  WATTLENS_CHECK(output.finish());
  return ExitCode::done;
}

}  // namespace

Result<ExitCode> compare(const CompareOptions& options, const base::Cancellation& cancel) {
  WATTLENS_CHECK(check_wishes(options.run.settings));
  WATTLENS_TRY(const Inputs inputs, inputs_of(options));
  if (options.run.dry_run) return show_plan(options, hooks_of(options, inputs), cancel);
  WATTLENS_TRY(Files files, open_files(options));
  WATTLENS_TRY(Output output, Output::open(options.run.output));
  WATTLENS_TRY(PlotOutput plot, PlotOutput::open(options.run.plot, options.run.output));
  Measured found;
  if (live(options)) {
    WATTLENS_TRY(found, measure_sides(options, hooks_of(options, inputs), cancel));
    say_what_failed(found.recorded.runs);
  } else {
    WATTLENS_TRY(found.recorded, load_recorded(options, options.experiments.back()));
  }
  const Recorded& recorded = found.recorded;
  std::optional<ComparisonResult> result;
  if (inputs.baseline) {
    WATTLENS_TRY(result, experiment::compare_apart(*inputs.baseline, recorded, inputs.base_name, inputs.rules));
  } else if (options.experiments.size() == 2) {
    WATTLENS_TRY(const Recorded base, load_recorded(options, options.experiments.front()));
    WATTLENS_TRY(result, experiment::compare_apart(base, recorded, base.experiment.id, inputs.rules));
  } else {
    ComparisonRules rules = inputs.rules;
    rules.planned_looks = experiment::has_planned_looks(recorded.experiment);
    result = experiment::compare_in_blocks(recorded, rules);
  }
  WATTLENS_CHECK(check_gate(options, *result));
  WATTLENS_CHECK(output.write(report::comparison_text(*result, output.format(), output.text())));
  WATTLENS_CHECK(output.finish());
  const Result<void> drawn =
      plot.wanted() ? plot.write(report::comparison_plot(*result), {&recorded.experiment.id, 1}) : Result<void>();
  if (live(options) && !found.storage_failure) say_where(options, recorded.experiment);
  if (found.storage_failure) return std::unexpected(*found.storage_failure);
  WATTLENS_CHECK(write_files(files, *result, recorded));
  WATTLENS_CHECK(drawn);
  const bool interrupted = live(options) && recorded.experiment.status == record::ExperimentStatus::interrupted;
  return exit_code_of(*result, recorded.runs, interrupted);
}

}  // namespace wattlens::cli
