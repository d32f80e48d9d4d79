#include "experiment/runner.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/random.h"
#include "experiment/order.h"
#include "experiment/point_state.h"
#include "experiment/schedule.h"
#include "meter/window_energy.h"

namespace wattlens::experiment {
namespace {

using base::MonoTime;
using base::Seconds;

// Models stay resident in at most this share of the machine's memory.
constexpr double kMemoryShare = 0.5;
// Of a budget, preparing all models may take this share; those left over are not measured.
constexpr double kMostPreparation = 0.6;
// Idle power that moved by more than this between the first and the last look is reported.
constexpr double kIdleDrift = 0.05;

class Runner {
 public:
  Runner(const Plan& plan, const record::MachineState& machine, const Instruments& instruments)
      : plan_(plan),
        tools_(instruments),
        sampler_(instruments.meters, instruments.clock, {.rate = plan.effort.rate}),
        residents_(instruments.make_workload, machine.memory * kMemoryShare),
        begin_(instruments.clock.now()) {
    record::Experiment& experiment = outcome_.experiment;
    experiment.id = new_experiment_id(tools_.clock, plan.seed);
    experiment.title = plan.title;
    experiment.created_at = tools_.clock.wall_time();
    experiment.seed = plan.seed;
    experiment.plan = to_json(plan);
    experiment.machine = machine;
    experiment.channels.assign(tools_.meters.channels().begin(), tools_.meters.channels().end());
    experiment.points = plan_points(plan.axes);
    for (const record::PlanPoint& point : experiment.points) points_.emplace_back(point, plan.effort);
  }

  Result<Outcome> run() {
    WATTLENS_CHECK(tools_.sink.begin(outcome_.experiment));
    WATTLENS_CHECK(sampler_.start());
    outcome_.experiment.idle_before = idle();
    if (going_on()) prepare_all();
    if (going_on()) outcome_.experiment.idle_loaded = idle();
    while (going_on() && run_block()) {
    }
    residents_.clear();
    if (going_on()) {
      outcome_.experiment.idle_after = idle();
      warn_of_drift();
    }
    sampler_.stop();
    finish();
    return std::move(outcome_);
  }

 private:
  bool going_on() const { return !tools_.cancel.requested() && !outcome_.storage_failure; }
  Seconds elapsed() const { return tools_.clock.now() - begin_; }

  // Time for further repetitions; the last idle baseline is kept free.
  std::optional<Seconds> time_left() const {
    if (!plan_.effort.budget) return std::nullopt;
    return *plan_.effort.budget - elapsed() - plan_.effort.idle;
  }

  std::vector<record::IdleBaseline> idle() {
    report(Activity::idle_baseline, nullptr, nullptr);
    const MonoTime begin = tools_.clock.now();
    tools_.cancel.sleep_until(tools_.clock, begin + plan_.effort.idle);
    const MonoTime end = tools_.clock.now();
    return meter::idle_power(outcome_.experiment.channels, sampler_.take(begin, end), begin, end);
  }

  // What net energies subtract. A machine that was too busy to be sampled at first may have been sampled later.
  std::span<const record::IdleBaseline> idle_power() const {
    const record::Experiment& experiment = outcome_.experiment;
    return experiment.idle_before.empty() ? experiment.idle_loaded : experiment.idle_before;
  }

  // Every model is compiled and checked once before anything is timed, so that the time of a batch is known when the
  // windows are planned.
  void prepare_all() {
    for (PointState& point : points_) {
      if (!going_on()) break;
      if (const auto left = time_left(); left && *left < (1.0 - kMostPreparation) * *plan_.effort.budget) {
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
      point.plan.batch = (*resident)->workload->describe().first_inference.value_or(Seconds{});
    }
    plan_all_windows();
  }

  void plan_all_windows() {
    std::vector<Seconds> batches;
    std::vector<PointState*> planned;
    for (PointState& point : points_) {
      if (point.stop) continue;
      batches.push_back(point.plan.batch);
      planned.push_back(&point);
    }
    const std::vector<WindowPlan> plans = plan_windows(batches, plan_.effort, time_left());
    for (std::size_t i = 0; i < plans.size(); ++i) planned[i]->set_plan(plans[i]);
  }

  // Gives every point that wants one, and for which there is time, one repetition. False when there was none.
  bool run_block() {
    const std::vector<std::int64_t> further = further_repetitions();
    std::vector<std::string> ids;
    for (std::size_t i = 0; i < points_.size(); ++i) {
      if (further[i] > 0) {
        ids.push_back(points_[i].point.id);
      } else if (!points_[i].stop) {
        points_[i].stop = "budget";
      }
    }
    if (ids.empty()) return false;
    for (const std::string& id : block_order(ids, plan_.seed, block_)) {
      if (!going_on()) break;
      PointState& point = *std::ranges::find(points_, id, [](const PointState& p) { return p.point.id; });
      const auto left = time_left();
      // The first repetitions of a block took longer than they were thought to.
      if (left && point.cost > *left) continue;
      run_point(point);
    }
    ++block_;
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
    report(Activity::warming_up, &point.point, nullptr);
    const MonoTime begin = tools_.clock.now();
    const auto resident = residents_.acquire(point.point, run.output_check);
    Result<Seconds> batch = std::unexpected(resident ? Error{} : resident.error());
    if (resident) {
      const RepetitionContext context{
          .channels = outcome_.experiment.channels,
          .idle = idle_power(),
          .sampler = sampler_,
          .neighbours = tools_.neighbours,
          .on_warm = [&] { report(Activity::measuring, &point.point, nullptr); },
          .repeat_when_disturbed = !time_left() || *time_left() > 2.0 * point.cost,
      };
      batch = repeat(*(*resident)->workload, point.plan, context, run);
      run.workload = (*resident)->workload->describe();
    }
    if (!batch) {
      residents_.drop(point.point.id);
      if (batch.error().kind == ErrorKind::cancelled) return;
      run.status = record::RunStatus::failed;
      run.failure = batch.error();
      point.add_failure();
    } else {
      point.add(run, *batch, tools_.clock.now() - begin);
    }
    store(point, std::move(run));
  }

  record::Run new_run(const PointState& point) {
    record::Run run;
    run.experiment = outcome_.experiment.id;
    run.order = order_;
    run.id = fmt::format("{}/{}", run.experiment, order_);
    run.point = point.point.id;
    run.block = block_;
    outcome_.experiment.order.push_back(run.point);
    ++order_;
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

  void warn_of_drift() {
    for (const record::IdleBaseline& after : outcome_.experiment.idle_after) {
      const auto& before_all = outcome_.experiment.idle_before;
      const auto before = std::ranges::find(before_all, after.channel, &record::IdleBaseline::channel);
      if (before == before_all.end()) continue;
      const double change = (after.power - before->power) / record::Watts{std::max(before->power.value, 1e-3)};
      const bool apart = after.interval.low > before->interval.high || after.interval.high < before->interval.low;
      if (std::abs(change) < kIdleDrift || !apart) continue;
      outcome_.experiment.warnings.push_back(
          {"idle_drift", after.channel,
           fmt::format("idle power changed by {:+.1f} % from before to after the experiment", 100.0 * change),
           "let the machine rest before measuring; net energies carry this change"});
    }
  }

  void finish() {
    record::Experiment& experiment = outcome_.experiment;
    const bool cancelled = tools_.cancel.requested() || outcome_.storage_failure.has_value();
    for (const PointState& point : points_) {
      experiment.stops.push_back({point.point.id, point.stop.value_or(cancelled ? "interrupted" : "budget")});
    }
    const bool any_done = std::ranges::any_of(
        outcome_.runs, [](const record::Run& run) { return run.status == record::RunStatus::done; });
    experiment.status = cancelled  ? record::ExperimentStatus::interrupted
                        : any_done ? record::ExperimentStatus::done
                                   : record::ExperimentStatus::failed;
    experiment.finished_at = tools_.clock.wall_time();
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
  std::int64_t block_ = 0;
  std::int64_t order_ = 0;
  Outcome outcome_;
};

}  // namespace

std::string new_experiment_id(const base::Clock& clock, std::uint64_t seed) {
  std::string time;
  for (const char c : clock.wall_time()) {
    if (c != '-' && c != ':' && c != 'Z') time += c;
  }
  const std::uint64_t tail = base::derive_seed(seed, std::to_string(clock.now().ns));
  return fmt::format("{}-{:04x}", time, tail & 0xffff);
}

Result<Outcome> run_experiment(const Plan& plan, const record::MachineState& machine, const Instruments& instruments) {
  return Runner(plan, machine, instruments).run();
}

}  // namespace wattlens::experiment
