#include "cli/optimise_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>

#include "cli/bench.h"
#include "cli/image_input.h"
#include "cli/optimise_plan.h"
#include "cli/optimise_rungs.h"
#include "cli/plot_output.h"
#include "experiment/axis.h"
#include "experiment/schedule.h"
#include "machine/machine.h"
#include "report/optimisation_plot.h"
#include "report/optimisation_report.h"
#include "report/simulated.h"

namespace wattlens::cli {
namespace {

using experiment::Recorded;
using optimisation::SearchRules;
using record::Optimisation;
using record::PlanPoint;

constexpr std::int64_t kMostBlocks = 24;
constexpr std::int64_t kMostBlocksQuick = 10;

std::string command_of(const std::string& program, const PlanPoint& point) {
  std::string command = fmt::format(
      "{} run --model {} --engine {} --device {} --precision {} --hint {} --batch {} --image-size {} --threads {}",
      shell_word(program), shell_word(point.model), point.engine, point.device, point.precision, point.hint,
      point.batch, point.image_size, point.threads);
  if (!point.settings.empty()) command += " --allow-settings";
  for (const std::string& wish : experiment::split_settings(point.settings)) command += " --set " + shell_word(wish);
  return command;
}

// How models answer is asked where it decides something: with a limit, where a file claims to be the model, and where
// the user gave labels.
bool needs_answers(const OptimiseOptions& options, const Bench& bench, std::span<const record::Limit> limits) {
  return !options.candidates.empty() || (bench.images && bench.images->labels) ||
         std::ranges::find(limits, record::Limited::accuracy, &record::Limit::quantity) != limits.end();
}

std::int64_t images_for(std::span<const record::Limit> limits) {
  const auto limit = std::ranges::find(limits, record::Limited::accuracy, &record::Limit::quantity);
  return optimisation::images_to_show(limit == limits.end() ? 0.5 : limit->bound);
}

void say_rung(const Recorded& recorded, const optimisation::RungRequest& request) {
  fmt::print(stderr, "rung {}: {} candidate(s) measured, {}{:.3g} J, {}\n", request.rung + 1, request.points.size(),
             report::mark_of(optimisation::spent_on(recorded).provenance),
             optimisation::spent_on(recorded).total().value, recorded.experiment.id);
}

// The winner beside the default, unless it is the default.
Result<void> verify(Optimisation& found, RungMeasurer& measurer, const SearchRules& rules, bool quick) {
  if (!found.winner || found.winner->id == found.base.id) return {};
  const std::array points = {found.base, *found.winner};
  WATTLENS_TRY(const Recorded recorded,
               measurer.compare(points, rules.efforts.back(), quick ? kMostBlocksQuick : kMostBlocks));
  found.verifying = optimisation::spent_on(recorded);
  found.interrupted = recorded.experiment.status == record::ExperimentStatus::interrupted;
  found.verification = experiment::compare_in_blocks(recorded, {.planned_looks = true});
  const record::ComparisonResult& compared = *found.verification;
  const auto& energy = compared.sides.front().energy;
  if (compared.pairs.empty() || !compared.pairs.front().findings.front().ratio || !energy.value) return {};
  found.payback = optimisation::payback(found.searching.total() + found.verifying.total(), *energy.value,
                                        *compared.pairs.front().findings.front().ratio);
  return {};
}

Result<Optimisation> search_and_verify(const OptimiseOptions& options, const SearchPlan& search, Bench& bench,
                                       const SearchRules& rules, const base::Cancellation& cancel) {
  RungMeasurer measurer(options, search, bench, cancel);
  WATTLENS_CHECK(measurer.name_search());
  optimisation::SearchTools tools;
  tools.measure = [&](const optimisation::RungRequest& request) -> Result<Recorded> {
    WATTLENS_TRY(Recorded recorded, measurer.measure(request, rules.efforts.size()));
    say_rung(recorded, request);
    return recorded;
  };
  if (needs_answers(options, bench, search.limits)) {
    tools.answers = [&](const PlanPoint& point) { return measurer.answers(point, images_for(search.limits)); };
  }
  WATTLENS_TRY(Optimisation found, optimisation::search(search.space, rules, tools));
  found.model = search.space.base.model;
  WATTLENS_CHECK(verify(found, measurer, rules, options.run.quick));
  // Of all experiments together: there is no single one to store them with.
  for (record::Warning& warning : bench.settings.end()) found.warnings.push_back(std::move(warning));
  return found;
}

std::vector<std::string> experiments_of(const Optimisation& found) {
  std::vector<std::string> ids;
  for (const record::Rung& rung : found.rungs) ids.insert(ids.end(), rung.experiments.begin(), rung.experiments.end());
  return ids;
}

void say_how_to_go_on(const OptimiseOptions& options) {
  fmt::print(stderr,
             "Interrupted: what was measured until now is kept. To go on, give the same flags with --resume:\n");
  std::string command = fmt::format("{} optimise --model {}", options.run.program, shell_word(*options.run.models));
  for (const std::string& limit : options.limits) command += fmt::format(" --limit {}", shell_word(limit));
  fmt::print(stderr, "  {} … --resume\n", command);
}

ExitCode exit_code_of(const Optimisation& found) {
  if (found.interrupted) return ExitCode::some_runs_failed;
  return found.winner ? ExitCode::done : ExitCode::nothing_matched;
}

}  // namespace

Result<ExitCode> optimise(const OptimiseOptions& options, const base::Cancellation& cancel) {
  WATTLENS_TRY(auto scenario, read_simulated(options.run.simulate));
  WATTLENS_CHECK(check_wishes(options.run.settings));
  Bench bench;
  const record::MachineState machine = machine::read_machine();
  WATTLENS_TRY(SearchPlan search, plan_search(options, machine, bench.clock, cancel));
  WATTLENS_CHECK(check_varied(options.run.settings, search.plan.axes.settings));
  WATTLENS_TRY(bench.images, open_images(search.plan));
  WATTLENS_TRY(Output output, Output::open(options.run.output));
  WATTLENS_TRY(PlotOutput plot, PlotOutput::open(options.run.plot, options.run.output));
  SearchRules rules{.limits = search.limits};
  if (options.run.dry_run) {
    rules.efforts =
        optimisation::usual_efforts(experiment::kShortestWindow, options.run.quick, search.plan.effort.window);
    WATTLENS_CHECK(output.write(dry_run_text(search, rules, machine, output.format())));
    WATTLENS_CHECK(output.finish());
    return ExitCode::done;
  }
  const std::string what = "optimise " + *options.run.models;
  WATTLENS_CHECK(take_machine(bench, options.run, what, cancel));
  bench.engines = search.engines;
  WATTLENS_CHECK(open_bench(bench, options.run, std::move(scenario), what));
  say_what_energy_is(bench, options.run);
  const auto shortest = experiment::shortest_window(bench.sensors->meters.channels());
  rules.efforts = optimisation::usual_efforts(shortest, options.run.quick, search.plan.effort.window);
  WATTLENS_TRY(Optimisation found, search_and_verify(options, search, bench, rules, cancel));
  report::OptimisationReport report{.found = std::move(found)};
  if (report.found.winner) report.command = command_of(options.run.program, *report.found.winner);
  if (report.found.interrupted) say_how_to_go_on(options);
  if (bench.images) say_left_out(*bench.images);
  WATTLENS_CHECK(output.write(report::optimisation_text(report, output.format(), output.text())));
  WATTLENS_CHECK(output.finish());
  const Result<void> drawn = plot.wanted()
                                 ? plot.write(report::optimisation_plot(report.found), experiments_of(report.found))
                                 : Result<void>();
  const ExitCode code = exit_code_of(report.found);
  // That there is nothing to draw is no news where nothing was measured.
  if (code == ExitCode::done) WATTLENS_CHECK(drawn);
  if (!drawn) fmt::print(stderr, "no plot: {}\n", drawn.error().message);
  return code;
}

}  // namespace wattlens::cli
