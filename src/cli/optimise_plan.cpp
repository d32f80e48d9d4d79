#include "cli/optimise_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <span>
#include <utility>

#include "cli/engines.h"
#include "cli/image_sizes.h"
#include "cli/run_plan.h"
#include "optimisation/limit.h"
#include "record/json.h"

namespace wattlens::cli {
namespace {

using base::Json;
using base::Seconds;
using optimisation::RungEffort;

constexpr Seconds kGuessedPreparation{2.0};

experiment::Plan default_space() {
  experiment::Plan plan;
  plan.axes.precisions = {"f32", "bf16"};
  plan.axes.hints = {"latency", "throughput"};
  plan.axes.batches = {1, 2, 4, 8, 16, 32, 64};
  return plan;
}

Result<experiment::Plan> axes_of(const OptimiseOptions& options) {
  WATTLENS_TRY(experiment::Plan plan, plan_of(options.run, default_space()));
  if (plan.axes.models.size() != 1) {
    return fail(ErrorKind::usage, "--model names several models", "optimise one at a time; files of it: --candidate");
  }
  for (const std::string& file : options.candidates) {
    if (std::ranges::find(plan.axes.models, file) == plan.axes.models.end()) plan.axes.models.push_back(file);
  }
  if (plan.axes.image_sizes.size() > 1) {
    return fail(ErrorKind::usage, "--image-size names several sizes",
                "models at different sizes do not give the same answers; optimise each");
  }
  return plan;
}

Result<std::vector<optimisation::Capability>> ask_engines(const SearchPlan& search, const base::Clock& clock,
                                                          const base::Cancellation& cancel) {
  std::vector<optimisation::Capability> found;
  for (const std::string& name : search.plan.axes.engines) {
    WATTLENS_TRY(const worker::EngineLocation engine, engine_named(search.engines, name));
    WATTLENS_TRY(const worker::Hello hello, ask_engine(engine, clock, cancel));
    for (const engine::DeviceInfo& device : hello.devices) found.push_back({name, device.id, device.precisions});
  }
  // The default runs with OpenVINO, wherever it is installed.
  const auto openvino = std::ranges::find(search.engines, "openvino", &worker::EngineLocation::name);
  if (openvino != search.engines.end()) found.push_back({"openvino", "", {}});
  return found;
}

std::int64_t most_threads(const record::MachineState& machine) {
  return machine.cpu.usable_threads > 0 ? machine.cpu.usable_threads : machine.cpu.threads;
}

// Of one candidate in one rung.
Seconds guess(const RungEffort& effort, Seconds batch) {
  const Seconds window = std::max(effort.window, static_cast<double>(effort.batches_per_window) * batch);
  return kGuessedPreparation + static_cast<double>(effort.repetitions) * (std::max(Seconds{0.25}, batch) + window);
}

// The first rung is known but for the batch times; what follows may use what is left of the share, but two candidates
// are measured carefully in any case; the comparison ends after 6 to 24 blocks.
struct Guess {
  Seconds least;
  Seconds most;
};

Guess guess_time(std::span<const Seconds> batches, const optimisation::SearchRules& rules) {
  Seconds first;
  Seconds everything;
  for (const Seconds batch : batches) {
    first += guess(rules.efforts.front(), batch);
    everything += guess(rules.efforts.back(), batch);
  }
  const Seconds shortest = std::ranges::min(batches);
  const Seconds last = guess(rules.efforts.back(), shortest);
  constexpr Seconds kIdle{9.0};
  const Seconds search = std::max(first + 2.0 * last, rules.joule_share * everything) + kIdle;
  const Seconds block = 2.0 * (rules.efforts.back().window + Seconds{0.5});
  return {search + 6.0 * block, search + (rules.efforts.size() > 2 ? 24.0 : 10.0) * block};
}

std::string minutes(Seconds time) {
  const double whole = std::ceil(time.value);
  return whole < 120.0 ? fmt::format("{:.0f} s", whole) : fmt::format("{:.0f} min", whole / 60.0);
}

Json dry_run_json(const SearchPlan& search, const optimisation::SearchRules& rules, const Guess& time) {
  Json json = {{"schema", "wattlens.dry_run/1"}, {"default", record::to_json(search.space.base)}};
  json["limits"] = Json::array();
  for (const record::Limit& limit : search.limits) json["limits"].push_back(limit.text);
  json["points"] = Json::array();
  for (const record::PlanPoint& point : search.space.candidates) json["points"].push_back(record::to_json(point));
  json["left_out"] = Json::array();
  for (const record::Fallen& left : search.space.left_out) {
    json["left_out"].push_back({{"point", left.point.id}, {"reason", left.reason}});
  }
  json["rungs"] = Json::array();
  for (const RungEffort& effort : rules.efforts) {
    json["rungs"].push_back({{"repetitions", effort.repetitions}, {"window_s", effort.window.value}});
  }
  json["predicted"] = {{"least_s", time.least.value}, {"most_s", time.most.value}};
  return json;
}

}  // namespace

Result<SearchPlan> plan_search(const OptimiseOptions& options, const record::MachineState& machine,
                               const base::Clock& clock, const base::Cancellation& cancel) {
  SearchPlan search;
  WATTLENS_TRY(search.limits, optimisation::parse_limits(options.limits));
  WATTLENS_TRY(search.plan, axes_of(options));
  WATTLENS_TRY(search.engines, find_engines());
  WATTLENS_CHECK(check_names(search.plan.axes, search.engines));
  WATTLENS_CHECK(resolve_image_sizes(search.plan.axes));
  WATTLENS_CHECK(resolve_precision(search.plan.axes, search.engines, clock, cancel));
  WATTLENS_TRY(const auto capabilities, ask_engines(search, clock, cancel));
  search.space = optimisation::make_space(search.plan.axes, capabilities, most_threads(machine));
  if (search.space.candidates.empty()) {
    const record::Fallen& first = search.space.left_out.front();
    return fail(ErrorKind::usage, fmt::format("no candidate can run here: {}: {}", first.point.id, first.reason),
                "widen an axis; wattlens optimise --help tells them");
  }
  return search;
}

std::string dry_run_text(const SearchPlan& search, const optimisation::SearchRules& rules,
                         const record::MachineState& machine, report::Format format) {
  const Guess time = guess_time(guess_batch_times(search.space.candidates, machine), rules);
  if (format == report::Format::json || format == report::Format::jsonl) {
    const Json json = dry_run_json(search, rules, time);
    return (format == report::Format::json ? base::to_pretty_text(json) : base::to_text(json)) + "\n";
  }
  std::string text =
      fmt::format("{} candidates, in up to {} rungs:\n", search.space.candidates.size(), rules.efforts.size());
  for (const record::PlanPoint& point : search.space.candidates) text += fmt::format("  {}\n", point.id);
  for (const record::Fallen& left : search.space.left_out) {
    text += fmt::format("  left out: {}: {}\n", left.point.id, left.reason);
  }
  for (std::size_t i = 0; i < rules.efforts.size(); ++i) {
    const RungEffort& effort = rules.efforts[i];
    text += fmt::format("rung {}: {} windows of {:.3g} s {}\n", i + 1, effort.repetitions, effort.window.value,
                        i == 0 ? "for each" : "for the best");
  }
  text += fmt::format("then the cheapest beside the default, {}\n", search.space.base.id);
  text += fmt::format("It will take about {} to {} (a guess from the networks' size).\n", minutes(time.least),
                      minutes(time.most));
  return text.append("Nothing was measured: leave out --dry-run to begin.\n");
}

}  // namespace wattlens::cli
