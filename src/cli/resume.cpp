#include "cli/resume.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/json.h"
#include "record/names.h"

namespace wattlens::cli {
namespace {

using base::Json;
using record::ExperimentStatus;

Result<std::string> last_interrupted(const store::SqliteStore& store) {
  WATTLENS_TRY(const auto listings, store.list_experiments({.status = ExperimentStatus::interrupted, .limit = 1}));
  if (!listings.empty()) return listings.front().id;
  return fail(ErrorKind::not_found, "no experiment in the store was interrupted", "`wattlens list` shows all");
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

Result<experiment::Continuation> find_interrupted(const store::SqliteStore& store, const RunOptions& options) {
  std::string id;
  if (options.resume->empty()) {
    WATTLENS_TRY(id, last_interrupted(store));
  } else {
    WATTLENS_TRY(id, store.find_experiment(*options.resume));
  }
  experiment::Continuation continuation{.retry_failed = options.retry_failed};
  WATTLENS_TRY(continuation.experiment, store.load_experiment(id));
  const record::Experiment& experiment = continuation.experiment;
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

Result<void> check_agreement(const experiment::Plan& stored, const experiment::Plan& asked, std::string_view id) {
  const std::string found = difference(experiment::to_json(stored), experiment::to_json(asked));
  if (found.empty()) return {};
  return fail(ErrorKind::usage, fmt::format("experiment {} cannot go on with another plan: {}", id, found),
              "leave out the flags of the plan, or start a new experiment without --resume");
}

std::string resume_command(std::string_view program, std::string_view id, const base::Path& store) {
  return fmt::format("{} run --resume {}{}", program, id, store.empty() ? "" : " --store " + store.string());
}

}  // namespace wattlens::cli
