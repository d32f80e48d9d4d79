#include "optimisation/search.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>
#include <string>
#include <tuple>
#include <utility>

#include "optimisation/halving.h"
#include "optimisation/limit.h"

namespace wattlens::optimisation {
namespace {

using base::Joules;
using base::Seconds;
using experiment::Recorded;
using record::Optimisation;
using record::PlanPoint;
using record::Trial;

// So few are measured carefully at once.
constexpr std::size_t kFewCandidates = 3;
// A window that was too short for the sensors is made once more, so many times as long.
constexpr double kLonger = 3.0;

class Search {
 public:
  Search(const Space& space, const SearchRules& rules, const SearchTools& tools) : rules_(rules), tools_(tools) {
    found_.limits = rules.limits;
    found_.base = space.base;
    found_.candidates = static_cast<std::int64_t>(space.candidates.size() + space.left_out.size());
    found_.fallen = space.left_out;
    points_ = space.candidates;
  }

  Result<Optimisation> run() {
    WATTLENS_CHECK(ask_answers());
    const std::size_t last = rules_.efforts.size() - 1;
    std::size_t rung = points_.size() <= kFewCandidates ? last : 0;
    while (!points_.empty() && !found_.interrupted) {
      WATTLENS_CHECK(measure_rung(rung));
      if (rung == last || found_.interrupted) break;
      estimate_exhaustive();
      rung = choose_next(rung);
    }
    conclude();
    if (nothing_has_energy()) {
      return fail(ErrorKind::not_measurable, "no candidate has an energy: " + found_.trials.front().failure,
                  "wattlens doctor tells what can be measured here");
    }
    return std::move(found_);
  }

 private:
  using Key = std::tuple<std::string, std::string, std::string, std::string>;
  static Key key_of(const PlanPoint& p) { return {p.model, p.engine, p.device, p.precision}; }

  // Batch, hint and threads do not change what a model computes, up to the order of its sums.
  Result<void> ask_answers() {
    if (!tools_.answers) return {};
    std::vector<PlanPoint> kept;
    for (const PlanPoint& point : points_) {
      if (!answers_.contains(key_of(point))) {
        auto answers = tools_.answers(point);
        if (!answers && answers.error().kind == ErrorKind::cancelled) {
          found_.interrupted = true;
          return {};
        }
        if (!answers) failures_[key_of(point)] = answers.error().message;
        answers_[key_of(point)] = answers ? *std::move(answers) : Answers{};
      }
      Trial trial{.point = point};
      add_answers(trial);
      if (failures_.contains(key_of(point))) {
        found_.fallen.push_back({point, -1, "its outputs cannot be judged: " + failures_[key_of(point)]});
      } else if (const auto* broken = broken_limit(rules_.limits, trial)) {
        found_.fallen.push_back({point, -1, "breaks " + broken->text});
        unmeasured_.push_back(std::move(trial));
      } else {
        kept.push_back(point);
      }
    }
    points_ = std::move(kept);
    return {};
  }

  void add_answers(Trial& trial) const {
    const auto known = answers_.find(key_of(trial.point));
    if (known == answers_.end()) return;
    trial.agreement = known->second.agreement;
    trial.accuracy = known->second.accuracy;
  }

  // In waves of ascending batches where a latency is limited, and in the first rung only; else all at once.
  Result<void> measure_rung(std::size_t number) {
    const RungEffort& effort = rules_.efforts[number];
    const bool last = number + 1 == rules_.efforts.size();
    current_.clear();
    trials_.clear();
    record::Rung rung{
        .number = static_cast<std::int64_t>(number), .window = effort.window, .repetitions = effort.repetitions};
    Waves waves(points_, rules_.limits, found_.rungs.empty());
    RungEffort now = effort;
    for (std::int64_t wave = 0; !found_.interrupted; ++wave) {
      std::vector<PlanPoint> points = waves.next(trials_, found_.fallen, rung.number);
      rung.candidates += static_cast<std::int64_t>(points.size());
      if (points.empty() && !last && now.window == effort.window) {
        points = without_energy();
        now.window = kLonger * effort.window;
      }
      if (points.empty()) break;
      WATTLENS_TRY(Recorded recorded, tools_.measure({rung.number, wave, last, now, std::move(points)}));
      found_.interrupted = recorded.experiment.status == record::ExperimentStatus::interrupted;
      add(rung.spent, spent_on(recorded));
      rung.experiments.push_back(recorded.experiment.id);
      current_.push_back(std::move(recorded));
      trials_ = trials_of(current_, rung.number, last ? kLastConfidence : kRungConfidence);
      for (Trial& trial : trials_) add_answers(trial);
    }
    add(found_.searching, rung.spent);
    found_.rungs.push_back(std::move(rung));
    for (const Trial& trial : trials_) latest_[trial.point.id] = trial;
    return {};
  }

  // Windows that were too short for the sensors, as far as a limit is not broken anyway.
  std::vector<PlanPoint> without_energy() const {
    std::vector<PlanPoint> points;
    for (const Trial& trial : trials_) {
      if (trial.runs > 0 && !trial.energy && !broken_limit(rules_.limits, trial)) points.push_back(trial.point);
    }
    return points;
  }

  void estimate_exhaustive() {
    if (found_.exhaustive) return;
    Joules sum;
    for (const Trial& trial : trials_) {
      const auto cost = cost_of(trial.point, current_);
      if (cost) sum += cost->of(rules_.efforts.back());
    }
    for (const record::Fallen& skipped : found_.fallen) {
      if (skipped.rung >= 0) sum += cost_of_smaller_batch(skipped.point);
    }
    found_.exhaustive = sum;
  }

  // What a candidate that was not measured would need at least: as much as the largest smaller batch of its kind.
  Joules cost_of_smaller_batch(const PlanPoint& point) const {
    const Trial* nearest = nullptr;
    for (const Trial& trial : trials_) {
      if (trial.point.id == point.id) return {};
      if (!same_but_batch(trial.point, point) || trial.point.batch > point.batch) continue;
      if (nearest == nullptr || trial.point.batch > nearest->point.batch) nearest = &trial;
    }
    const auto cost = nearest != nullptr ? cost_of(nearest->point, current_) : std::nullopt;
    return cost ? cost->of(rules_.efforts.back()) : Joules{};
  }

  // Where the joules pay for all that are left, the rungs between are skipped.
  std::size_t choose_next(std::size_t rung) {
    const std::size_t last = rules_.efforts.size() - 1;
    const Joules left = rules_.joule_share * *found_.exhaustive - found_.searching.total();
    const auto keep_for = [&](std::size_t next, Joules allowance) {
      return keep_best(trials_, rules_.limits, allowance, [&](const PlanPoint& point) {
        const auto cost = cost_of(point, current_);
        return cost ? cost->of(rules_.efforts[next]) : Joules{};
      });
    };
    Kept kept = keep_for(last, left);
    std::size_t next = last;
    if (rung + 1 < last && !kept.all) {
      next = rung + 1;
      kept = keep_for(next, kShareOfMiddle * left);
    }
    for (record::Fallen& fallen : kept.fallen) {
      fallen.rung = static_cast<std::int64_t>(rung);
      found_.fallen.push_back(std::move(fallen));
    }
    points_ = std::move(kept.points);
    return next;
  }

  // The trials of the last rung that was reached, cheapest first; then the others, the last that fell first.
  void conclude() {
    for (auto& [id, trial] : latest_) found_.trials.push_back(trial);
    std::ranges::stable_sort(found_.trials, [](const Trial& a, const Trial& b) {
      if (a.rung != b.rung) return a.rung > b.rung;
      const double infinite = std::numeric_limits<double>::infinity();
      return (a.energy ? a.energy->value.value : infinite) < (b.energy ? b.energy->value.value : infinite);
    });
    const bool ended =
        !found_.rungs.empty() && found_.rungs.back().number + 1 == static_cast<std::int64_t>(rules_.efforts.size());
    if (ended && !found_.interrupted) {
      const auto winner = std::ranges::find_if(found_.trials, [&](const Trial& trial) {
        return trial.rung == found_.rungs.back().number && usable(trial) &&
               standing(rules_.limits, trial) == Standing::holds;
      });
      if (winner != found_.trials.end()) found_.winner = winner->point;
    }
    if (!found_.winner && !found_.interrupted) set_closest();
    add_fallen_of_last_rung();
  }

  // Until now only those that fell between rungs are known.
  void add_fallen_of_last_rung() {
    for (const Trial& trial : found_.trials) {
      const bool known = std::ranges::any_of(
          found_.fallen, [&](const record::Fallen& fallen) { return fallen.point.id == trial.point.id; });
      if (known || (found_.winner && trial.point.id == found_.winner->id)) continue;
      if (auto reason = why_out(trial, rules_.limits)) {
        found_.fallen.push_back({trial.point, trial.rung, *std::move(reason)});
      } else if (const record::Limit* open = open_limit(rules_.limits, trial)) {
        found_.fallen.push_back({trial.point, trial.rung, "not shown to keep " + open->text});
      } else if (found_.winner) {
        found_.fallen.push_back({trial.point, trial.rung, "needs more energy"});
      }
    }
  }

  void set_closest() {
    std::vector<Trial> all = found_.trials;
    all.insert(all.end(), unmeasured_.begin(), unmeasured_.end());
    double least = std::numeric_limits<double>::infinity();
    for (const Trial& trial : all) {
      if (!trial.failure.empty()) continue;
      for_worst(trial, [&](const record::Limit& limit, double missed) {
        if (found_.closest && missed >= least) return;  // a share of 0 misses by more than any number
        least = missed;
        const auto value = limited_value(limit.quantity, trial);
        found_.closest = {.point = trial.point.id,
                          .limit = limit.text,
                          .value = value ? value->value : 0.0,
                          .broken = standing(limit, trial) == Standing::breaks,
                          .on_labels = trial.accuracy.has_value()};
      });
    }
  }

  template <class Use>
  void for_worst(const Trial& trial, Use use) {
    const record::Limit* worst = nullptr;
    double most = -std::numeric_limits<double>::infinity();
    for (const record::Limit& limit : rules_.limits) {
      const double missed = excess(limit, trial);
      if (standing(limit, trial) == Standing::unknown || missed <= most) continue;
      most = missed;
      worst = &limit;
    }
    if (worst) use(*worst, most);
  }

  bool nothing_has_energy() const {
    return !found_.interrupted && !found_.trials.empty() &&
           std::ranges::none_of(found_.trials, [](const Trial& trial) { return trial.energy.has_value(); });
  }

  const SearchRules& rules_;
  const SearchTools& tools_;
  Optimisation found_;
  std::vector<PlanPoint> points_;  // still in
  std::map<Key, Answers> answers_;
  std::map<Key, std::string> failures_;
  std::vector<Trial> unmeasured_;        // fell by their outputs
  std::vector<Recorded> current_;        // of the rung
  std::vector<Trial> trials_;            // of the rung
  std::map<std::string, Trial> latest_;  // by point
};

}  // namespace

std::vector<RungEffort> usual_efforts(Seconds shortest, bool quick, std::optional<Seconds> window) {
  // Six updates of a counter that moves ten times a second: with five, a window shows too little of itself.
  const RungEffort first{0.6 * shortest, 2, 2, Seconds{0.25}};
  std::vector<RungEffort> efforts = {
      first, {shortest, 3, 3, Seconds{1.0}}, {std::max(Seconds{2.0}, shortest), 8, 5, Seconds{10.0}}};
  if (quick) efforts = {first, {std::max(Seconds{1.0}, shortest), 5, 5, Seconds{2.0}}};
  if (!window) return efforts;
  Seconds length = *window;
  for (auto effort = efforts.rbegin(); effort != efforts.rend(); ++effort, length = 0.5 * length) {
    effort->window = length;
    effort->warm_up_limit = std::min(effort->warm_up_limit, 5.0 * length);
  }
  return efforts;
}

Result<Optimisation> search(const Space& space, const SearchRules& rules, const SearchTools& tools) {
  return Search(space, rules, tools).run();
}

}  // namespace wattlens::optimisation
