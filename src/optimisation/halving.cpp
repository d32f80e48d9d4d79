#include "optimisation/halving.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "optimisation/limit.h"

namespace wattlens::optimisation {
namespace {

using base::Joules;
using record::Limit;
using record::Limited;
using record::PlanPoint;
using record::Trial;

constexpr std::size_t kFewestKept = 2;

bool limits_time(const Limit& limit) { return limit.quantity == Limited::latency || limit.quantity == Limited::p99; }

std::vector<const Trial*> by_energy(std::span<const Trial> trials) {
  std::vector<const Trial*> sorted;
  for (const Trial& trial : trials) {
    if (usable(trial)) sorted.push_back(&trial);
  }
  std::ranges::stable_sort(sorted, {}, [](const Trial* trial) { return trial->energy->value.value; });
  return sorted;
}

std::string why_dearer(const Trial& trial, const Trial& best) {
  const double more = 100.0 * (trial.energy->value / best.energy->value - 1.0);
  if (trial.energy->low > best.energy->high) return fmt::format("needs {:.0f} % more energy than the best", more);
  return fmt::format("not among the best: {:.0f} % more energy, not shown for certain", more);
}

}  // namespace

bool same_but_batch(const PlanPoint& a, const PlanPoint& b) {
  return a.model == b.model && a.engine == b.engine && a.device == b.device && a.precision == b.precision &&
         a.hint == b.hint && a.image_size == b.image_size && a.threads == b.threads && a.settings == b.settings;
}

bool usable(const Trial& trial) {
  return trial.failure.empty() && trial.energy && trial.output_check.status != record::CheckStatus::failed;
}

const Limit* broken_limit(std::span<const Limit> limits, const Trial& trial) {
  const auto broken =
      std::ranges::find_if(limits, [&](const Limit& limit) { return standing(limit, trial) == Standing::breaks; });
  return broken == limits.end() ? nullptr : &*broken;
}

const Limit* open_limit(std::span<const Limit> limits, const Trial& trial) {
  const auto open =
      std::ranges::find_if(limits, [&](const Limit& limit) { return standing(limit, trial) != Standing::holds; });
  return open == limits.end() ? nullptr : &*open;
}

std::optional<std::string> why_out(const Trial& trial, std::span<const Limit> limits) {
  if (!trial.failure.empty()) return trial.failure;
  if (trial.output_check.status == record::CheckStatus::failed) return "its outputs are wrong";
  if (const Limit* broken = broken_limit(limits, trial)) return "breaks " + broken->text;
  return std::nullopt;
}

Kept keep_best(std::span<const Trial> trials, std::span<const Limit> limits, Joules allowance,
               const std::function<Joules(const PlanPoint&)>& cost) {
  Kept kept;
  std::vector<const Trial*> possible;
  for (const Trial& trial : trials) {
    if (auto reason = why_out(trial, limits)) {
      kept.fallen.push_back({trial.point, 0, *std::move(reason)});
    }
  }
  for (const Trial* trial : by_energy(trials)) {
    if (!why_out(*trial, limits)) possible.push_back(trial);
  }
  const auto certain =
      std::ranges::find_if(possible, [&](const Trial* trial) { return standing(limits, *trial) == Standing::holds; });
  Joules sum = certain == possible.end() ? Joules{} : cost((*certain)->point);
  kept.all = true;
  for (auto it = possible.begin(); it != possible.end(); ++it) {
    const PlanPoint& point = (*it)->point;
    if (it != certain) sum += cost(point);
    if (it == certain || kept.points.size() < kFewestKept || (kept.all && sum <= allowance)) {
      kept.points.push_back(point);
    } else {
      kept.all = false;
      kept.fallen.push_back({point, 0, why_dearer(**it, *possible.front())});
    }
  }
  return kept;
}

Waves::Waves(std::span<const PlanPoint> points, std::span<const Limit> limits, bool stepwise)
    : waiting_(points.begin(), points.end()) {
  for (const Limit& limit : limits) {
    if (stepwise && limits_time(limit)) limits_.push_back(limit);
  }
}

// Skipped for good: a smaller batch breaks a limit of time.
bool Waves::skipped(const PlanPoint& point, std::span<const Trial> trials, std::vector<record::Fallen>& fallen,
                    std::int64_t rung) const {
  for (const Trial& trial : trials) {
    if (!same_but_batch(trial.point, point) || trial.point.batch >= point.batch) continue;
    if (const Limit* broken = broken_limit(limits_, trial)) {
      fallen.push_back({point, rung, fmt::format("not measured: batch {} breaks {}", trial.point.batch, broken->text)});
      return true;
    }
  }
  return false;
}

std::vector<PlanPoint> Waves::next(std::span<const Trial> trials, std::vector<record::Fallen>& fallen,
                                   std::int64_t rung) {
  if (limits_.empty()) return std::exchange(waiting_, {});
  std::erase_if(waiting_, [&](const PlanPoint& point) { return skipped(point, trials, fallen, rung); });
  const int wave = wave_++;
  std::vector<PlanPoint> now;
  std::vector<PlanPoint> later;
  for (const PlanPoint& point : waiting_) {
    const auto smaller_waits = [&](double least_excess) {
      return std::ranges::any_of(waiting_, [&](const PlanPoint& other) {
        if (!same_but_batch(other, point) || other.batch >= point.batch) return false;
        if (least_excess <= 0.0) return true;
        // As if every image took as long as alone: would the smaller one break a limit already?
        return std::ranges::any_of(trials, [&](const Trial& trial) {
          if (!same_but_batch(trial.point, point)) return false;
          const double growth = static_cast<double>(other.batch) / static_cast<double>(trial.point.batch);
          return std::ranges::any_of(limits_,
                                     [&](const Limit& limit) { return growth * (1.0 + excess(limit, trial)) > 1.0; });
        });
      });
    };
    const bool wait = wave == 0 ? smaller_waits(0.0) : wave == 1 && smaller_waits(1.0);
    (wait ? later : now).push_back(point);
  }
  waiting_ = std::move(later);
  // A wave with nothing in it would end the rung.
  if (now.empty() && !waiting_.empty()) return next(trials, fallen, rung);
  return now;
}

}  // namespace wattlens::optimisation
