#include "cli/resume.h"
#include "cli/warnings.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "base/json.h"
#include "experiment/command_comparison.h"
#include "record/names.h"

namespace wattlens::cli {
namespace {

using base::Json;
using record::ExperimentStatus;

// Whether it compares commands, not plan points.
bool of_commands(const record::Experiment& experiment) {
  const Json& plan = experiment.plan;
  return plan.is_object() && plan.value("schema", "") == experiment::kCommandPlanSchema;
}

Result<record::Experiment> last_interrupted(const store::SqliteStore& store, Resumed what) {
  WATTLENS_TRY(const auto listings, store.list_experiments({.status = ExperimentStatus::interrupted}));
  for (const store::ExperimentListing& listing : listings) {
    WATTLENS_TRY(record::Experiment experiment, store.load_experiment(listing.id));
    if (of_commands(experiment) == (what == Resumed::commands)) return experiment;
  }
  return fail(ErrorKind::not_found,
              what == Resumed::commands ? "no comparison of commands in the store was interrupted"
                                        : "no experiment in the store was interrupted",
              "`wattlens list` shows all");
}

Result<record::Experiment> named(const store::SqliteStore& store, const RunOptions& options, Resumed what) {
  WATTLENS_TRY(const std::string id, store.find_experiment(*options.resume));
  WATTLENS_TRY(record::Experiment experiment, store.load_experiment(id));
  if (of_commands(experiment) == (what == Resumed::commands)) return experiment;
  return fail(
      ErrorKind::usage,
      fmt::format("experiment {} {}", id, what == Resumed::commands ? "measures plan points" : "compares commands"),
      fmt::format("go on with {}", resume_command("wattlens", experiment, options.store)));
}

bool any_failed(const record::Experiment& experiment) {
  return std::ranges::any_of(experiment.stops, [](const record::PointStop& stop) { return stop.reason == "failed"; });
}

// "measure.window_s", for the flags that set it.
std::string_view flag_of(std::string_view key) {
  constexpr std::pair<std::string_view, std::string_view> kFlags[] = {
      {"title", "--title"},
      {"seed", "--seed"},
      {"axes.model", "--model"},
      {"axes.engine", "--engine"},
      {"axes.device", "--device"},
      {"axes.precision", "--precision"},
      {"axes.hint", "--hint"},
      {"axes.batch", "--batch"},
      {"axes.image_size", "--image-size"},
      {"axes.threads", "--threads"},
      {"axes.preprocess", "--preprocess"},
      {"axes.settings", "--vary"},
      {"images.path", "--images"},
      {"images.labels", "--labels"},
      {"images.skip_broken", "--broken-images"},
      {"measure.budget_s", "--budget"},
      {"measure.quick", "--quick"},
      {"measure.window_s", "--window"},
      {"measure.warm_up_limit_s", "--warm-up-limit"},
      {"measure.target", "--target"},
      {"measure.repetitions", "--repetitions"},
      {"measure.rate_hz", "--rate"},
  };
  const auto found = std::ranges::find(kFlags, key, &std::pair<std::string_view, std::string_view>::first);
  return found == std::end(kFlags) ? key : found->second;
}

std::string value_text(const Json& value) { return value.is_null() ? "nothing" : base::to_text(value); }

// The first member in which the two differ; empty where they are alike.
std::string difference(const Json& stored, const Json& asked, const std::string& prefix = "") {
  Json both = stored;
  both.update(asked);
  for (const auto& [name, unused] : both.items()) {
    const Json before = stored.value(name, Json());
    const Json now = asked.value(name, Json());
    if (before == now) continue;
    if (before.is_object() && now.is_object()) return difference(before, now, prefix + name + ".");
    return fmt::format("{} is {}, in the stored plan {}", flag_of(prefix + name), value_text(now), value_text(before));
  }
  return {};
}

}  // namespace

Result<experiment::Continuation> find_interrupted(const store::SqliteStore& store, const RunOptions& options,
                                                  Resumed what) {
  experiment::Continuation continuation{.retry_failed = options.retry_failed};
  WATTLENS_TRY(continuation.experiment,
               options.resume->empty() ? last_interrupted(store, what) : named(store, options, what));
  const record::Experiment& experiment = continuation.experiment;
  const std::string& id = experiment.id;
  const bool left = experiment.status == ExperimentStatus::interrupted ||
                    (options.retry_failed && experiment.status != ExperimentStatus::running && any_failed(experiment));
  if (!left) {
    const std::string hint = experiment.status == ExperimentStatus::running ? "wait until it has ended"
                             : any_failed(experiment) ? "add --retry-failed to measure the points again that failed"
                                                      : "start a new one with the same flags to measure again";
    return fail(ErrorKind::usage,
                fmt::format("experiment {} was not interrupted: it is {}", id, record::to_string(experiment.status)),
                hint);
  }
  WATTLENS_TRY(continuation.runs, store.load_runs(id, store::WithSamples::no));
  return continuation;
}

Result<void> compare_machines(experiment::Continuation& continuation, const record::MachineState& machine,
                              std::span<const record::Channel> channels, const RunOptions& options) {
  const record::Experiment& stored = continuation.experiment;
  if (!options.force) WATTLENS_CHECK(experiment::check_same_machine(stored, machine, channels));
  continuation.warnings = experiment::changed_conditions(stored, machine, channels);
  fmt::print(stderr, "Going on with {}: {} runs are stored.\n", stored.id, continuation.runs.size());
  say_warnings(continuation.warnings);
  return {};
}

Result<void> check_agreement(const experiment::Plan& stored, const experiment::Plan& asked, std::string_view id) {
  const std::string found = difference(experiment::to_json(stored), experiment::to_json(asked));
  if (found.empty()) return {};
  return fail(ErrorKind::usage, fmt::format("experiment {} cannot go on with another plan: {}", id, found),
              "leave out the flags of the plan, or start a new experiment without --resume");
}

std::string resume_command(std::string_view program, const record::Experiment& experiment, const base::Path& store) {
  const std::string_view command = of_commands(experiment) ? "compare" : "run";
  return fmt::format("{} {} --resume {}{}", program, command, experiment.id,
                     store.empty() ? "" : " --store " + store.string());
}

}  // namespace wattlens::cli
