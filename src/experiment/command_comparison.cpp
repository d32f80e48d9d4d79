#include "experiment/command_comparison.h"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <utility>

#include "experiment/command_measurement.h"
#include "experiment/comparison.h"
#include "experiment/lifecycle.h"
#include "experiment/order.h"

namespace wattlens::experiment {

using base::Seconds;

base::Json to_json(const CommandPlan& plan) {
  base::Json json = {{"schema", kCommandPlanSchema}, {"commands", plan.commands}};
  json["most_blocks"] = plan.most_blocks;
  json["warm_ups"] = plan.warm_ups;
  json["planned_looks"] = plan.planned_looks;
  json["idle_s"] = plan.idle.value;
  if (plan.budget) json["budget_s"] = plan.budget->value;
  json["seed"] = plan.seed;
  return json;
}

Result<CommandPlan> command_plan_from_json(const base::Json& json) {
  CommandPlan plan;
  WATTLENS_TRY(const std::string schema, base::member<std::string>(json, "schema"));
  if (schema != kCommandPlanSchema) {
    return fail(ErrorKind::usage, fmt::format("its plan is of schema {}, not {}", schema, kCommandPlanSchema));
  }
  try {
    plan.commands = json.at("commands").get<std::vector<std::string>>();
    json.at("most_blocks").get_to(plan.most_blocks);
    json.at("warm_ups").get_to(plan.warm_ups);
    json.at("planned_looks").get_to(plan.planned_looks);
    plan.idle = Seconds{json.at("idle_s").get<double>()};
    if (json.contains("budget_s")) plan.budget = Seconds{json.at("budget_s").get<double>()};
    json.at("seed").get_to(plan.seed);
  } catch (const base::Json::exception& error) {
    return fail(ErrorKind::usage, fmt::format("its plan cannot be read: {}", error.what()));
  }
  return plan;
}

namespace {

std::vector<record::PlanPoint> points_of(std::span<const std::string> commands) {
  std::vector<record::PlanPoint> points;
  for (const std::string& command : commands) {
    record::PlanPoint point{.id = command, .model = command, .engine = std::string(record::kCommandEngine)};
    point.device = "cpu";
    point.precision.clear();
    point.hint.clear();
    point.image_size = 0;
    for (int copy = 2; std::ranges::find(points, point.id, &record::PlanPoint::id) != points.end(); ++copy) {
      point.id = fmt::format("{} (again, {})", command, copy);
    }
    points.push_back(std::move(point));
  }
  return points;
}

class CommandRunner {
 public:
  CommandRunner(const CommandPlan& plan, const record::MachineState& machine, const CommandTools& tools)
      : plan_(plan), tools_(tools), begin_(tools.clock.now()) {
    outcome_.experiment = new_experiment(tools.clock, plan.seed);
    record::Experiment& experiment = outcome_.experiment;
    experiment.title = plan.title;
    experiment.plan = to_json(plan);
    experiment.machine = machine;
    experiment.channels = plan.channels;
    experiment.points = points_of(plan.commands);
  }

  CommandRunner(const CommandPlan& plan, Continuation continuation, const record::MachineState& machine,
                const CommandTools& tools)
      : plan_(plan), tools_(tools), begin_(tools.clock.now()) {
    outcome_.experiment = std::move(continuation.experiment);
    outcome_.runs = std::move(continuation.runs);
    position_ = reopen(outcome_.experiment, outcome_.runs, machine, plan.channels, std::move(continuation.warnings),
                       tools.clock);
  }

  Result<Outcome> run() {
    WATTLENS_CHECK(tools_.sink.begin(outcome_.experiment));
    warm_up();
    std::string reason = "repetitions";
    for (; going_on() && position_.block < plan_.most_blocks; ++position_.block) {
      if (plan_.budget && position_.block > 0 && elapsed() + longest_block_ > *plan_.budget) {
        reason = "budget";
        break;
      }
      run_block(position_.block);
      if (going_on() && tools_.decided && tools_.decided(outcome_.experiment, outcome_.runs)) {
        reason = "decided";
        break;
      }
    }
    finish(reason);
    return std::move(outcome_);
  }

 private:
  bool going_on() const { return !stopped_ && !tools_.cancel.requested() && !outcome_.storage_failure; }
  Seconds elapsed() const { return position_.spent + (tools_.clock.now() - begin_); }

  bool is_done(const std::string& id, std::int64_t block) const {
    return std::ranges::any_of(outcome_.runs,
                               [&](const record::Run& run) { return run.point == id && run.block == block; });
  }

  // What is not counted is not stored either, but a command that fails already here is.
  void warm_up() {
    for (std::int64_t i = 0; i < plan_.warm_ups; ++i) {
      for (const record::PlanPoint& point : outcome_.experiment.points) {
        if (!going_on()) return;
        report(Activity::warming_up, &point, nullptr);
        record::Run run = measured(point, 0);
        if (run.status == record::RunStatus::failed) store(std::move(run));
      }
    }
  }

  void run_block(std::int64_t block) {
    const base::MonoTime begin = tools_.clock.now();
    std::vector<std::string> ids;
    for (const record::PlanPoint& point : outcome_.experiment.points) ids.push_back(point.id);
    for (const std::string& id : block_order(ids, plan_.seed, block)) {
      if (!going_on()) return;
      if (is_done(id, block)) continue;  // before it was interrupted
      const auto point = std::ranges::find(outcome_.experiment.points, id, &record::PlanPoint::id);
      report(Activity::measuring, &*point, nullptr);
      record::Run run = measured(*point, block);
      // What an interruption has cut short says nothing of the command.
      if (run.status == record::RunStatus::skipped) return;
      store(std::move(run));
    }
    longest_block_ = std::max(longest_block_, tools_.clock.now() - begin);
  }

  // Skipped where the user interrupted it.
  record::Run measured(const record::PlanPoint& point, std::int64_t block) {
    record::Run run{.experiment = outcome_.experiment.id, .point = point.id, .order = position_.order, .block = block};
    run.id = fmt::format("{}/{}", run.experiment, position_.order);
    const base::MonoTime begin = tools_.clock.now();
    const CommandRequest request{.command = {.words = {"sh", "-c", "exec </dev/null >/dev/null\n" + point.model},
                                             .ignored_signals = plan_.ignored_signals},
                                 .channels = plan_.channels,
                                 .idle = plan_.idle};
    auto found = measure_command(request, {tools_.clock, tools_.meters, tools_.cancel, {}});
    run.took = tools_.clock.now() - begin;
    if (!found) {
      run.status = found.error().kind == ErrorKind::cancelled ? record::RunStatus::skipped : record::RunStatus::failed;
      run.failure = std::move(found).error();
      stopped_ = true;
      return run;
    }
    keep(*std::move(found), run);
    return run;
  }

  void keep(record::Measurement measurement, record::Run& run) {
    // A run of a command is one unit.
    measurement.window.images = 1;
    measurement.window.batches = 1;
    measurement.window.batch_us = {static_cast<std::int64_t>(1e6 * measurement.window.duration().value)};
    run.own_cost = measurement.own_cost;
    run.warnings = std::move(measurement.warnings);
    record::Experiment& experiment = outcome_.experiment;
    if (experiment.idle_before.empty()) experiment.idle_before = measurement.idle_before;
    experiment.idle_after = std::move(measurement.idle_after);
    if (measurement.exit_status != 0) {
      const bool by_user = measurement.signal == SIGINT || measurement.signal == SIGTERM;
      run.status = by_user ? record::RunStatus::skipped : record::RunStatus::failed;
      run.failure =
          Error{ErrorKind::run_failed, fmt::format("'{}' ended with status {}", run.point, measurement.exit_status),
                "a command that fails may do less work: mend it, or end it with '|| true'"};
      interrupted_ = interrupted_ || by_user;
      stopped_ = true;
    }
    run.windows.push_back(std::move(measurement.window));
  }

  void store(record::Run run) {
    run.elapsed = elapsed();
    outcome_.experiment.order.push_back(run.point);
    ++position_.order;
    run.warnings.insert(run.warnings.end(), tools_.run_warnings.begin(), tools_.run_warnings.end());
    if (const auto stored = tools_.sink.add(run); !stored) outcome_.storage_failure = stored.error();
    outcome_.runs.push_back(std::move(run));
    report(Activity::measuring, nullptr, &outcome_.runs.back());
  }

  void report(Activity activity, const record::PlanPoint* point, const record::Run* run) {
    if (!tools_.progress) return;
    Progress progress{.activity = activity, .point = point, .run = run};
    progress.points = progress.prepared = static_cast<std::int64_t>(outcome_.experiment.points.size());
    progress.runs = static_cast<std::int64_t>(outcome_.runs.size());
    progress.runs_expected = plan_.most_blocks * progress.points;
    progress.elapsed = elapsed();
    if (plan_.budget) progress.left = {std::max(0.0, (*plan_.budget - progress.elapsed).value)};
    tools_.progress(progress);
  }

  void finish(const std::string& reason) {
    record::Experiment& experiment = outcome_.experiment;
    const bool failed = std::ranges::any_of(
        outcome_.runs, [](const record::Run& run) { return run.status == record::RunStatus::failed; });
    const bool cut = interrupted_ || tools_.cancel.requested() || outcome_.storage_failure.has_value();
    const std::string why = cut ? "interrupted" : failed ? "failed" : reason;
    for (const record::PlanPoint& point : experiment.points) experiment.stops.push_back({point.id, why});
    close(experiment, outcome_.runs, cut, elapsed(), tools_.clock);
    if (!outcome_.storage_failure) {
      if (const auto ended = tools_.sink.end(experiment); !ended) outcome_.storage_failure = ended.error();
    }
    report(Activity::finished, nullptr, nullptr);
  }

  const CommandPlan& plan_;
  const CommandTools& tools_;
  base::MonoTime begin_;
  Position position_;
  Seconds longest_block_;
  bool stopped_ = false;      // by a failure, or by the user
  bool interrupted_ = false;  // by the user, with a command running
  Outcome outcome_;
};

}  // namespace

Result<Outcome> compare_commands(const CommandPlan& plan, const record::MachineState& machine,
                                 const CommandTools& tools) {
  return CommandRunner(plan, machine, tools).run();
}

Result<Outcome> resume_commands(const CommandPlan& plan, Continuation continuation, const record::MachineState& machine,
                                const CommandTools& tools) {
  return CommandRunner(plan, std::move(continuation), machine, tools).run();
}

}  // namespace wattlens::experiment
