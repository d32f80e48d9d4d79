#include "experiment/summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "base/random.h"
#include "experiment/point_state.h"
#include "experiment/serving.h"
#include "record/comparison.h"
#include "stats/comparison.h"
#include "stats/interval.h"
#include "stats/summary.h"

namespace wattlens::experiment {
namespace {

using base::Joules;
using base::Seconds;

// Mean and t interval. One value alone says nothing of its spread: its bounds are NaN, which readers show as unknown.
std::optional<stats::Estimate> mean_of(std::span<const double> values) {
  if (values.empty()) return std::nullopt;
  if (values.size() == 1) {
    constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();
    return stats::Estimate{values.front(), {kUnknown, kUnknown}};
  }
  const auto estimate = stats::mean_interval(values);
  return estimate ? std::optional(*estimate) : std::nullopt;
}

// One energy per image of every repetition that has one, gross or net, and how uncertain single windows are. All
// J/image.
struct EnergySeries {
  std::vector<double> values;
  double random = 0.0;      // sums over the windows, of half-widths: what each window has of its own ...
  double shared = 0.0;      // ... what all windows of the experiment share: the idle power's
  double shared_low = 0.0;  // ... and, below and above, with the sensor's gain and offset
  double shared_high = 0.0;
  std::size_t with_relative = 0;
  std::size_t with_absolute = 0;
  record::Provenance provenance = record::Provenance::missing;
  std::string method;
  std::string reason;
  std::string hint;
};

// What remains of a half-width without a part that is independent of the rest.
double without(double whole, double part) { return std::sqrt(std::max(0.0, whole * whole - part * part)); }

// `own` is the gross energy of the same window, whose relative interval holds what is random in it; a net energy has
// the idle power's uncertainty besides, which all windows of the experiment share.
void add_energy(EnergySeries& series, const record::Energy& energy, const record::Energy& own, double images) {
  if (!energy.value || images <= 0.0) {
    series.reason = energy.reason;
    series.hint = energy.hint;
    return;
  }
  const double value = energy.value->value / images;
  series.values.push_back(value);
  const double random = own.relative ? 0.5 * (own.relative->high - own.relative->low).value / images : 0.0;
  if (energy.relative) {
    series.random += random;
    series.shared += without(0.5 * (energy.relative->high - energy.relative->low).value / images, random);
    ++series.with_relative;
  }
  if (energy.absolute) {
    series.shared_low += without(value - energy.absolute->low.value / images, random);
    series.shared_high += without(energy.absolute->high.value / images - value, random);
    ++series.with_absolute;
  }
  // A modelled window makes the mean modelled.
  series.provenance = series.values.size() == 1 ? energy.provenance : std::max(series.provenance, energy.provenance);
  series.method = energy.method;
}

// Half-width of the mean's random part: Student's t of the repetitions, no narrower than what single windows are
// uncertain by, divided by the square root of their number.
double random_half_width(const EnergySeries& series, const stats::Estimate& mean) {
  const auto n = static_cast<double>(series.values.size());
  const double floor = series.random / n / std::sqrt(n);
  if (series.values.size() < 2) return floor;
  return std::max(floor, 0.5 * (mean.interval.high - mean.interval.low));
}

record::Energy energy_of(const EnergySeries& series) {
  record::Energy energy{.method = series.method, .reason = series.reason, .hint = series.hint};
  const auto mean = mean_of(series.values);
  if (!mean) return energy;
  energy.provenance = series.provenance;
  energy.reason.clear();
  energy.hint.clear();
  energy.value = Joules{mean->value};
  if (series.values.size() < 2 && series.with_relative == 0) return energy;
  const auto n = static_cast<double>(series.values.size());
  const double random = random_half_width(series, *mean);
  const double relative = std::hypot(random, series.shared / n);
  energy.relative = {Joules{mean->value - relative}, Joules{mean->value + relative}};
  if (series.with_absolute == series.values.size()) {
    energy.absolute = {Joules{mean->value - std::hypot(random, series.shared_low / n)},
                       Joules{mean->value + std::hypot(random, series.shared_high / n)}};
  }
  return energy;
}

// What cannot be negative is not said to be: cut at 0, an interval holds the truth as often. NaN stays.
template <class T>
T at_least_zero(T low) {
  return low < T{} ? T{} : low;
}

record::Energy not_negative(record::Energy energy) {
  if (energy.relative) energy.relative->low = at_least_zero(energy.relative->low);
  if (energy.absolute) energy.absolute->low = at_least_zero(energy.absolute->low);
  return energy;
}

template <class T>
std::optional<record::Estimate<T>> to_estimate(const std::optional<stats::Estimate>& estimate) {
  if (!estimate) return std::nullopt;
  return record::Estimate<T>{T{estimate->value}, at_least_zero(T{estimate->interval.low}), T{estimate->interval.high}};
}

void add_warnings(std::vector<record::Warning>& all, std::span<const record::Warning> some) {
  for (const record::Warning& warning : some) {
    const bool known = std::ranges::any_of(
        all, [&](const record::Warning& w) { return w.code == warning.code && w.channel == warning.channel; });
    if (!known) all.push_back(warning);
  }
}

record::PointSummary summarise_point(const record::Experiment& experiment, const record::PlanPoint& point,
                                     std::span<const record::Run> runs) {
  record::PointSummary summary;
  summary.point = point;
  std::vector<double> batch_times;
  EnergySeries gross;
  EnergySeries net;
  std::vector<const record::Run*> done;
  for (const record::Run& run : runs) {
    if (run.experiment != experiment.id || run.point != point.id) continue;
    if (run.status == record::RunStatus::done || summary.repetitions == 0) summary.output_check = run.output_check;
    add_warnings(summary.warnings, run.warnings);
    if (run.status != record::RunStatus::done || run.windows.empty()) {
      summary.failed += run.status == record::RunStatus::failed ? 1 : 0;
      summary.failure = run.failure;
      continue;
    }
    const record::Window& window = run.windows.back();
    if (window.images <= 0 || window.duration() <= Seconds{}) continue;
    const auto images = static_cast<double>(window.images);
    done.push_back(&run);
    ++summary.repetitions;
    summary.workload = run.workload;
    if (summary.preparation.empty()) summary.preparation = run.preparation;
    summary.images_per_s_values.push_back(images / window.duration().value);
    batch_times.push_back(window.duration().value / static_cast<double>(std::max<std::int64_t>(1, window.batches)));
    if (window.total.value) summary.energy_blocks.push_back(run.block);
    add_energy(gross, window.total, window.total, images);
    add_energy(net, window.net_total, window.total, images);
    summary.complete = summary.complete.value_or(true) && window.complete;
  }
  summary.images_per_s = to_estimate<double>(mean_of(summary.images_per_s_values));
  summary.batch_time = to_estimate<Seconds>(mean_of(batch_times));
  summary.energy_per_image = not_negative(energy_of(gross));
  summary.net_energy_per_image = energy_of(net);
  summary.energy_values = gross.values;
  if (!gross.values.empty() && gross.values.size() < batch_times.size()) {
    add_warnings(summary.warnings,
                 {{{"some_energies_missing", "",
                    fmt::format("{} of {} repetitions have no energy ({}); the mean is over the others",
                                batch_times.size() - gross.values.size(), batch_times.size(), gross.reason),
                    gross.hint}}});
  }
  if (const auto outliers = stats::outlier_flags(summary.images_per_s_values)) {
    summary.outliers = std::ranges::count(*outliers, true);
  }
  summary.serving = summarise_serving(point, done);
  const auto stop = std::ranges::find(experiment.stops, point.id, &record::PointStop::point);
  if (stop != experiment.stops.end()) summary.stop_reason = stop->reason;
  // A crash leaves no reasons behind.
  if (experiment.stops.empty() && experiment.status == record::ExperimentStatus::interrupted) {
    summary.stop_reason = "interrupted";
  }
  return summary;
}

// The seed is that of the experiment: the same runs give the same interval again.
record::BatchSaving saving_of(std::span<const record::PointSummary* const> points, std::uint64_t seed) {
  const auto energy = [](const record::PointSummary* p) { return p->energy_per_image.value->value; };
  const auto batch = [](const record::PointSummary* p) { return p->point.batch; };
  const record::PointSummary& best = **std::ranges::min_element(points, {}, energy);
  const record::PointSummary& base = **std::ranges::min_element(points, {}, batch);
  record::BatchSaving saving{.model = base.point.model,
                             .engine = base.point.engine,
                             .precision = base.point.precision,
                             .hint = base.point.hint,
                             .best_batch = best.point.batch,
                             .base_batch = base.point.batch};
  if (&best == &base) {
    saving.verdict = "smallest batch is best";
    return saving;
  }
  // The best of several batches was chosen by the same data: Bonferroni's correction over those it was chosen from.
  const double confidence = 1.0 - 0.05 / static_cast<double>(points.size() - 1);
  saving.provenance = std::max(best.energy_per_image.provenance, base.energy_per_image.provenance);
  saving.complete = best.complete.value_or(true) && base.complete.value_or(true);
  base::Random random(base::derive_seed(seed, base.point.id));
  const auto comparison =
      stats::compare_by_block({best.energy_values, best.energy_blocks}, {base.energy_values, base.energy_blocks},
                              random, {.confidence = confidence});
  if (!comparison) {
    saving.verdict = "too few blocks";
    return saving;
  }
  const stats::Estimate& ratio = comparison->ratio;
  saving.ratio = {ratio.value, ratio.interval.low, ratio.interval.high};
  saving.verdict = stats::verdict_text(*comparison);
  return saving;
}

// One per group of points that differ in nothing but the batch.
std::vector<record::BatchSaving> savings_of(std::span<const record::PointSummary> summaries, std::uint64_t seed) {
  std::map<std::string, std::vector<const record::PointSummary*>> groups;
  std::vector<std::string> order;
  for (const record::PointSummary& summary : summaries) {
    if (!summary.energy_per_image.value || summary.point.engine == record::kCommandEngine) continue;
    if (serves_requests(summary.point)) continue;  // the batch is the policy's
    record::PlanPoint key = summary.point;
    key.batch = 0;
    const std::string name = point_id(key);
    if (groups[name].empty()) order.push_back(name);
    groups[name].push_back(&summary);
  }
  std::vector<record::BatchSaving> savings;
  for (const std::string& name : order) {
    if (groups[name].size() > 1) savings.push_back(saving_of(groups[name], seed));
  }
  return savings;
}

}  // namespace

record::ExperimentSummary summarise(const record::Experiment& experiment, std::span<const record::Run> runs) {
  record::ExperimentSummary summary;
  summary.experiment = experiment;
  for (const record::PlanPoint& point : experiment.points) {
    summary.points.push_back(summarise_point(experiment, point, runs));
  }
  summary.savings = savings_of(summary.points, experiment.seed);
  return summary;
}

}  // namespace wattlens::experiment
