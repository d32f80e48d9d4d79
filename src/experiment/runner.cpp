#include "experiment/runner.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "experiment/device_channels.h"
#include "experiment/idle_drift.h"
#include "experiment/lifecycle.h"
#include "experiment/order.h"
#include "experiment/point_state.h"
#include "experiment/preparation.h"
#include "experiment/schedule.h"
#include "experiment/serving.h"
#include "experiment/stratified_start.h"
#include "meter/window_energy.h"

namespace wattlens::experiment {
namespace {

using base::MonoTime;
using base::Seconds;
using Baselines = std::vector<record::IdleBaseline>;

// Models stay resident in at most this share of the machine's memory.
constexpr double kMemoryShare = 0.5;
// Of a budget, preparing all models may take this share; those left over are not measured.
constexpr double kMostPreparation = 0.6;

class Runner {
 public:
  Runner(const Plan& plan, const record::MachineState& machine, const Instruments& instruments,
         std::optional<Continuation> continuation = std::nullopt)
      : plan_(plan),
        tools_(instruments),
        sampler_(instruments.meters, instruments.clock, {.rate = plan.effort.rate}),
        residents_(instruments.make_workload, machine.usable_memory() * kMemoryShare,
                   [this](const record::PlanPoint& point, std::vector<record::Phase>& phases) {
                     const auto channels = tools_.meters.channels();
                     const auto used = channels_of_device(point.device, channels);
                     measure_preparation(channels, idle_power(), used, sampler_, phases);
                   }),
        begin_(instruments.clock.now()) {
    if (continuation) {
      go_on_with(std::move(*continuation), machine);
    } else {
      start_new(machine);
    }
  }

  Result<Outcome> run() {
    WATTLENS_CHECK(tools_.sink.begin(outcome_.experiment));
    // Of an experiment that was interrupted at its very end only the end is left.
    const bool anything_left = std::ranges::any_of(points_, [](const PointState& point) { return !point.stop; });
    if (anything_left) WATTLENS_CHECK(measure());
    finish();
    return std::move(outcome_);
  }

 private:
  void start_new(const record::MachineState& machine) {
    outcome_.experiment = new_experiment(tools_.clock, plan_.seed);
    record::Experiment& experiment = outcome_.experiment;
    experiment.title = plan_.title;
    experiment.plan = to_json(plan_);
    experiment.machine = machine;
    experiment.channels.assign(tools_.meters.channels().begin(), tools_.meters.channels().end());
    experiment.points = plan_points(plan_.axes);
    const std::int64_t round = round_of(experiment.channels);
    for (const record::PlanPoint& point : experiment.points) {
      points_.emplace_back(point, plan_.effort, round);
    }
  }

  void go_on_with(Continuation continuation, const record::MachineState& machine) {
    outcome_.experiment = std::move(continuation.experiment);
    outcome_.runs = std::move(continuation.runs);
    record::Experiment& experiment = outcome_.experiment;
    const std::int64_t round = round_of(experiment.channels);
    for (const record::PlanPoint& point : experiment.points) points_.emplace_back(point, plan_.effort, round);
    for (const record::Run& run : outcome_.runs) state_of(run.point).replay(run);
    position_ = reopen(experiment, outcome_.runs, machine, tools_.meters.channels(), std::move(continuation.warnings),
                       tools_.clock);
    for (const record::Run& run : outcome_.runs) {
      if (run.block == position_.block && run.plan) done_in_block_.insert(run.point);
    }
    if (continuation.retry_failed) std::ranges::for_each(points_, &PointState::try_again);
  }

  PointState& state_of(std::string_view id) {
    return *std::ranges::find(points_, id, [](const PointState& point) { return std::string_view(point.point.id); });
  }

  Result<void> measure() {
    WATTLENS_CHECK(sampler_.start());
    set_idle(&record::Experiment::idle_before, &record::Resumption::idle_before, "when going on with");
    if (going_on()) prepare_all();
    if (going_on()) set_idle(&record::Experiment::idle_loaded, &record::Resumption::idle_loaded);
    while (going_on() && run_block()) {
    }
    residents_.clear();
    if (going_on()) set_idle(&record::Experiment::idle_after, &record::Resumption::idle_after, "after");
    sampler_.stop();
    return {};
  }

  bool going_on() const { return !tools_.cancel.requested() && !outcome_.storage_failure; }
  // Of the whole experiment, with what was spent before it was interrupted.
  Seconds elapsed() const { return position_.spent + (tools_.clock.now() - begin_); }

  // Time for further repetitions; the last idle baseline is kept free.
  std::optional<Seconds> time_left() const {
    if (!plan_.effort.budget) return std::nullopt;
    return *plan_.effort.budget - elapsed() - plan_.effort.idle;
  }

  // Measures idle power for the part of the experiment that is measured now, and stores it: a crash keeps it.
  // `when` says that it is compared with the first one.
  void set_idle(Baselines record::Experiment::* first, Baselines record::Resumption::* later,
                std::optional<std::string_view> when = std::nullopt) {
    record::Experiment& experiment = outcome_.experiment;
    Baselines& target = experiment.resumptions.empty() ? experiment.*first : experiment.resumptions.back().*later;
    target = idle();
    if (when) {
      for (record::Warning& warning : idle_drift(experiment.idle_before, target, *when)) {
        experiment.warnings.push_back(std::move(warning));
      }
    }
    if (const auto stored = tools_.sink.update(experiment); !stored) outcome_.storage_failure = stored.error();
  }

  Baselines idle() {
    report(Activity::idle_baseline, nullptr, nullptr);
    const MonoTime begin = tools_.clock.now();
    tools_.cancel.sleep_until(tools_.clock, begin + plan_.effort.idle);
    const MonoTime end = tools_.clock.now();
    return meter::idle_power(tools_.meters.channels(), sampler_.take(begin, end), begin, end);
  }

  // What net energies subtract. A machine that was too busy to be sampled at first may have been sampled later.
  std::span<const record::IdleBaseline> idle_power() const {
    const auto either = [](const auto& part) -> const Baselines& {
      return part.idle_before.empty() ? part.idle_loaded : part.idle_before;
    };
    const record::Experiment& experiment = outcome_.experiment;
    return experiment.resumptions.empty() ? either(experiment) : either(experiment.resumptions.back());
  }

  // Every model is compiled and checked once before anything is timed, so that the time of a batch is known when the
  // windows are planned.
  void prepare_all() {
    for (PointState& point : points_) {
      if (!going_on()) break;
      if (point.stop) {
        ++prepared_;
        continue;
      }
      if (const auto left = time_left();
          left && *left < (1.0 - kMostPreparation) * (*plan_.effort.budget - position_.spent)) {
        point.stop = "budget";
        ++prepared_;
        continue;
      }
      report(Activity::preparing, &point.point, nullptr);
      record::OutputCheck check;
      const auto resident = residents_.acquire(point.point, check);
      ++prepared_;
      if (!resident) {
        if (resident.error().kind != ErrorKind::cancelled) store_failure(point, check, resident.error());
        continue;
      }
      if (point.planned()) continue;
      point.plan.batch = (*resident)->workload->describe().first_inference.value_or(Seconds{});
    }
    plan_all_windows();
  }

  void plan_all_windows() {
    std::vector<Seconds> batches;
    std::vector<PointState*> planned;
    for (PointState& point : points_) {
      if (point.stop || point.planned()) continue;
      batches.push_back(point.plan.batch);
      planned.push_back(&point);
    }
    const std::vector<WindowPlan> plans =
        plan_windows(batches, plan_.effort, time_left(), shortest_window(tools_.meters.channels()));
    for (std::size_t i = 0; i < plans.size(); ++i) {
      planned[i]->set_plan(planned_for_requests(plans[i], planned[i]->point));
    }
  }

  // Gives every point that wants one, and for which there is time, one repetition. False when there was none.
  bool run_block() {
    const std::vector<std::int64_t> further = further_repetitions();
    std::vector<std::string> ids;
    bool anything_wanted = false;
    for (std::size_t i = 0; i < points_.size(); ++i) {
      if (further[i] > 0) {
        anything_wanted = true;
        if (!done_in_block_.contains(points_[i].point.id)) ids.push_back(points_[i].point.id);
      }
    }
    if (!anything_wanted) return false;
    for (const std::string& id : block_order(ids, plan_.seed, position_.block)) {
      if (!going_on()) break;
      PointState& point = state_of(id);
      const auto left = time_left();
      // The first repetitions of a block took longer than they were thought to.
      if (left && point.cost > *left) continue;
      run_point(point);
    }
    ++position_.block;
    done_in_block_.clear();
    if (going_on() && tools_.decided && tools_.decided(outcome_.experiment, outcome_.runs)) {
      for (PointState& point : points_) point.stop = point.stop.value_or("decided");
    }
    return true;
  }

  std::vector<std::int64_t> further_repetitions() const {
    if (const auto left = time_left()) {
      std::vector<Remaining> remaining;
      for (const PointState& point : points_) remaining.push_back({point.cost, point.made, point.stop.has_value()});
      return share_time(remaining, *left);
    }
    std::vector<std::int64_t> further;
    for (const PointState& point : points_) further.push_back(point.stop ? 0 : point.expected_further());
    return further;
  }

  void run_point(PointState& point) {
    record::Run run = new_run(point);
    run.plan = {point.plan.duration, point.plan.batches, point.plan.warm_up_limit};
    report(Activity::warming_up, &point.point, nullptr);
    const MonoTime begin = tools_.clock.now();
    auto set = tools_.set_machine ? tools_.set_machine(point.point) : std::vector<record::Warning>();
    if (set) run.warnings = std::move(*set);
    const auto resident = set ? residents_.acquire(point.point, run.output_check) : std::unexpected(set.error());
    Result<Seconds> batch = std::unexpected(resident ? Error{} : resident.error());
    if (resident) {
      const auto used = channels_of_device(point.point.device, tools_.meters.channels());
      const RepetitionContext context{
          .channels = tools_.meters.channels(),
          .idle = idle_power(),
          .used = used,
          .sampler = sampler_,
          .clock = tools_.clock,
          .neighbours = tools_.neighbours,
          .on_warm = [&] { report(Activity::measuring, &point.point, nullptr); },
          .repeat_when_disturbed = plan_.effort.repeat_disturbed && (!time_left() || *time_left() > 2.0 * point.cost),
          .serving = serving_request(point.point, plan_.seed, run.block),
          .preprocessing = preprocessing_of(point.point),
      };
      batch = repeat(*(*resident)->workload, point.plan, context, run);
      run.workload = (*resident)->workload->describe();
      run.preparation = (*resident)->preparation;
      warn_of_engine(run);
    }
    run.took = tools_.clock.now() - begin;
    if (!batch) {
      residents_.drop(point.point);
      if (batch.error().kind == ErrorKind::cancelled) return;
      run.status = record::RunStatus::failed;
      run.failure = batch.error();
      point.add_failure();
    } else {
      point.add(run, *batch, run.took);
    }
    store(point, std::move(run));
  }

  record::Run new_run(const PointState& point) {
    record::Run run;
    run.experiment = outcome_.experiment.id;
    run.order = position_.order;
    run.id = fmt::format("{}/{}", run.experiment, position_.order);
    run.point = point.point.id;
    run.block = position_.block;
    return run;
  }

  void store_failure(PointState& point, const record::OutputCheck& check, const Error& error) {
    record::Run run = new_run(point);
    run.status = record::RunStatus::failed;
    run.failure = error;
    run.output_check = check;
    // What cannot be prepared once cannot be prepared the next time either.
    point.stop = "failed";
    store(point, std::move(run));
  }

  void store(const PointState& point, record::Run run) {
    run.elapsed = elapsed();
    outcome_.experiment.order.push_back(run.point);
    ++position_.order;
    run.warnings.insert(run.warnings.end(), tools_.run_warnings.begin(), tools_.run_warnings.end());
    if (const auto stored = tools_.sink.add(run); !stored) outcome_.storage_failure = stored.error();
    run.samples = {};
    outcome_.runs.push_back(std::move(run));
    report(Activity::measuring, &point.point, &outcome_.runs.back());
  }

  void report(Activity activity, const record::PlanPoint* point, const record::Run* run) {
    if (!tools_.progress) return;
    Progress progress{.activity = activity, .point = point, .run = run};
    progress.points = static_cast<std::int64_t>(points_.size());
    progress.prepared = prepared_;
    progress.runs = static_cast<std::int64_t>(outcome_.runs.size());
    progress.elapsed = elapsed();
    progress.runs_expected = progress.runs;
    Seconds left = plan_.effort.idle;
    if (prepared_ == progress.points) {
      const std::vector<std::int64_t> further = further_repetitions();
      for (std::size_t i = 0; i < points_.size(); ++i) {
        progress.runs_expected += further[i];
        left += static_cast<double>(further[i]) * points_[i].cost;
      }
      progress.left = left;
    }
    if (plan_.effort.budget) progress.left = {std::max(0.0, (*plan_.effort.budget - progress.elapsed).value)};
    tools_.progress(progress);
  }

  // Another engine, or one under other conditions, must not enter a mean in silence.
  void warn_of_engine(record::Run& run) {
    const auto before = std::ranges::find_if(outcome_.runs, [&](const record::Run& other) {
      return other.point == run.point && other.status == record::RunStatus::done;
    });
    if (before == outcome_.runs.end()) return;
    for (record::Warning& warning : changed_engine(before->workload, run.workload)) {
      std::vector<record::Warning>& all = outcome_.experiment.warnings;
      if (std::ranges::find(all, warning.message, &record::Warning::message) == all.end()) all.push_back(warning);
      run.warnings.push_back(std::move(warning));
    }
  }

  void finish() {
    record::Experiment& experiment = outcome_.experiment;
    const bool cancelled = tools_.cancel.requested() || outcome_.storage_failure.has_value();
    for (const PointState& point : points_) {
      experiment.stops.push_back({point.point.id, point.stop.value_or(cancelled ? "interrupted" : "budget")});
    }
    close(experiment, outcome_.runs, cancelled, elapsed(), tools_.clock);
    if (!outcome_.storage_failure) {
      if (const auto ended = tools_.sink.end(experiment); !ended) outcome_.storage_failure = ended.error();
    }
    report(Activity::finished, nullptr, nullptr);
  }

  const Plan& plan_;
  const Instruments& tools_;
  meter::Sampler sampler_;
  Residents residents_;
  MonoTime begin_;
  std::vector<PointState> points_;
  std::int64_t prepared_ = 0;
  Position position_;
  std::set<std::string> done_in_block_;  // points of the block in which it was interrupted
  Outcome outcome_;
};

}  // namespace

Result<Outcome> run_experiment(const Plan& plan, const record::MachineState& machine, const Instruments& instruments) {
  return Runner(plan, machine, instruments).run();
}

Result<Outcome> resume_experiment(Continuation continuation, const Plan& plan, const record::MachineState& machine,
                                  const Instruments& instruments) {
  return Runner(plan, machine, instruments, std::move(continuation)).run();
}

}  // namespace wattlens::experiment
