#include "study/timeline.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>

#include "stats/trend.h"
#include "study/one_way.h"

namespace wattlens::study {
namespace {

using record::Claim;
using record::Energy;
using record::Growth;
using record::TimelinePoint;
using record::TimelineView;

using record::kNormal95;
constexpr double kImages = 50000.0;  // of ImageNet's validation set
constexpr const char* kEfficient = "shufflenet_v2_x0_5";
constexpr const char* kConfirmed = "confirmed";
constexpr const char* kNotConfirmed = "not confirmed";
constexpr const char* kOpen = "not distinguishable";

double joules(const TimelinePoint& point) { return point.energy.value->value; }

// Of log(energy), from the interval that leaves out what cancels between energies of one sensor; 0 where nothing is
// known.
double log_variance(const TimelinePoint& point) {
  const auto& interval = point.energy.relative ? point.energy.relative : point.energy.absolute;
  if (!interval) return 0.0;
  // An interval that reaches 0 has no logarithm below: its upper half speaks for both.
  const double deviation = interval->low.value > 0.0
                               ? std::log(interval->high.value / interval->low.value) / (2.0 * kNormal95)
                               : std::log(interval->high.value / joules(point)) / kNormal95;
  return deviation * deviation;
}

// Of log(share) of so many images: the binomial's.
double share_variance(double percent) {
  const double share = percent / 100.0;
  return (1.0 - share) / (share * kImages);
}

std::optional<Growth> growth(const char* quantity, std::span<const TimelinePoint> points,
                             double (*value)(const TimelinePoint&), double (*variance)(const TimelinePoint&)) {
  std::vector<double> years;
  std::vector<double> values;
  std::vector<double> variances;
  for (const TimelinePoint& point : points) {
    years.push_back(static_cast<double>(point.year));
    values.push_back(std::log(value(point)));
    variances.push_back(variance(point));
  }
  const auto line = stats::fit_line(years, values, variances);
  const auto rank = stats::kendall(years, values);
  if (!line || !rank) return std::nullopt;
  return Growth{.quantity = quantity,
                .per_year = {std::exp(line->slope.value), std::exp(line->slope.interval.low),
                             std::exp(line->slope.interval.high)},
                .tau = rank->tau,
                .p_value = rank->p_value};
}

void add_growths(TimelineView& view) {
  const auto add = [&](const char* quantity, double (*value)(const TimelinePoint&),
                       double (*variance)(const TimelinePoint&)) {
    if (auto found = growth(quantity, view.points, value, variance)) view.growths.push_back(*std::move(found));
  };
  add("energy", joules, log_variance);
  add(
      "error", [](const TimelinePoint& p) { return 100.0 - p.top1_percent; },
      [](const TimelinePoint& p) { return share_variance(100.0 - p.top1_percent); });
  add(
      "accuracy", [](const TimelinePoint& p) { return p.top1_percent; },
      [](const TimelinePoint& p) { return share_variance(p.top1_percent); });
  add(
      "energy / accuracy", [](const TimelinePoint& p) { return joules(p) / p.top1_percent; },
      [](const TimelinePoint& p) { return log_variance(p) + share_variance(p.top1_percent); });
}

const Growth* growth_of(const TimelineView& view, std::string_view quantity) {
  const auto found = std::ranges::find(view.growths, quantity, &Growth::quantity);
  return found == view.growths.end() ? nullptr : &*found;
}

std::string percent_per_year(const Growth& growth) {
  const auto& rate = growth.per_year;
  return fmt::format("{:+.1f} % a year ({:+.1f} to {:+.1f})", 100.0 * (rate.value - 1.0), 100.0 * (rate.low - 1.0),
                     100.0 * (rate.high - 1.0));
}

// What the energies of a view are, for every sentence about them.
std::string energy_word(std::span<const TimelinePoint> points) {
  const auto any = [&](record::Provenance kind) {
    return std::ranges::any_of(points, [&](const TimelinePoint& p) { return p.energy.provenance == kind; });
  };
  if (any(record::Provenance::simulated)) return "simulated energy";
  return any(record::Provenance::modelled) ? "modelled energy" : "energy";
}

Claim pace_claim(const TimelineView& view) {
  Claim claim{.claim = "energy rises at a much steeper pace than accuracy", .verdict = kOpen};
  const Growth* energy = growth_of(view, "energy");
  const Growth* accuracy = growth_of(view, "accuracy");
  const Growth* ratio = growth_of(view, "energy / accuracy");
  if (!energy || !accuracy || !ratio) {
    claim.reason = "a growth needs three networks of different years";
    return claim;
  }
  if (ratio->per_year.low > 1.0) claim.verdict = kConfirmed;
  if (ratio->per_year.high < 1.0) claim.verdict = kNotConfirmed;
  claim.reason = fmt::format(
      "{} per image {}, accuracy {}; the ratio of the two growths is {:.2f} ({:.2f} to {:.2f}) a year, from {} "
      "networks "
      "with {} degrees of freedom; Kendall's tau of energy with the year {:.2f}, p = {:.2g}",
      energy_word(view.points), percent_per_year(*energy), percent_per_year(*accuracy), ratio->per_year.value,
      ratio->per_year.low, ratio->per_year.high, view.points.size(), view.points.size() - 2, energy->tau,
      energy->p_value);
  return claim;
}

Claim efficient_claim(const TimelineView& view) {
  Claim claim{.claim = "ShuffleNetV2 is competitive at much lower energy", .verdict = kOpen};
  const auto own = std::ranges::find(view.points, kEfficient, &TimelinePoint::model);
  if (own == view.points.end()) {
    claim.reason = fmt::format("{} was not measured", kEfficient);
    return claim;
  }
  const TimelinePoint* rival = nullptr;    // the cheapest other
  const TimelinePoint* as_good = nullptr;  // the cheapest other with at least its accuracy
  double best = own->top1_percent;
  for (const TimelinePoint& point : view.points) {
    if (point.model == kEfficient) continue;
    best = std::max(best, point.top1_percent);
    if (!rival || joules(point) < joules(*rival)) rival = &point;
    if (point.top1_percent >= own->top1_percent && (!as_good || joules(point) < joules(*as_good))) as_good = &point;
  }
  if (!rival) {
    claim.reason = "nothing was measured beside it";
    return claim;
  }
  const TimelinePoint& other = as_good ? *as_good : *rival;
  const double ratio = joules(*own) / joules(other);
  const double reach = std::exp(kNormal95 * std::sqrt(log_variance(*own) + log_variance(other)));
  if (ratio * reach <= kMuchLess) claim.verdict = kConfirmed;
  if (ratio / reach > kMuchLess) claim.verdict = kNotConfirmed;
  const bool dominated = std::ranges::any_of(view.points, [&](const TimelinePoint& point) {
    return point.model != kEfficient && joules(point) <= joules(*own) && point.top1_percent >= own->top1_percent;
  });
  if (dominated) claim.verdict = kNotConfirmed;
  claim.reason = fmt::format(
      "its {} per image is {:.3f} ({:.3f} to {:.3f}) of that of {}, the cheapest {}; its accuracy lies {:.1f} points "
      "below the best and {}; \"much lower\" is read as half or less",
      energy_word(view.points), ratio, ratio / reach, ratio * reach, other.model,
      as_good ? "of at least its accuracy" : "of the others", best - own->top1_percent,
      dominated ? "off the frontier: another is as accurate for less"
                : "on the frontier: none is as accurate for less");
  return claim;
}

TimelineView view_of(std::string name, std::vector<TimelinePoint> points) {
  TimelineView view{.name = std::move(name), .points = std::move(points)};
  std::ranges::stable_sort(view.points, {}, &TimelinePoint::year);
  add_growths(view);
  view.claims = {pace_claim(view), efficient_claim(view)};
  return view;
}

std::vector<TimelinePoint> usable_points(const record::ExperimentSummary& summary,
                                         const std::vector<PublishedModel>& facts, std::vector<std::string>& left_out,
                                         std::vector<record::PlanPoint>& used) {
  std::vector<TimelinePoint> points;
  for (const record::PointSummary& point : summary.points) {
    const auto fact = std::ranges::find(facts, point.point.model, &PublishedModel::model);
    const Energy& energy = point.energy_per_image;
    if (!point.point.policy.empty() || point.point.preprocess == "alone") {
      left_out.push_back(fmt::format("{}: it did not run the network in batches", point.point.id));
    } else if (fact == facts.end()) {
      left_out.push_back(fmt::format("{}: its year and accuracy are not known", point.point.id));
    } else if (!energy.value || !(energy.value->value > 0.0)) {
      const std::string& reason = point.failure ? point.failure->message : energy.reason;
      left_out.push_back(fmt::format("{}: no energy ({})", point.point.id, reason));
    } else {
      points.push_back({point.point.model, fact->year, fact->top1_percent, point.point.batch, energy,
                        point.complete.value_or(true)});
      used.push_back(point.point);
    }
  }
  return points;
}

// Each model's point of least energy.
std::vector<TimelinePoint> best_points(std::span<const TimelinePoint> points) {
  std::vector<TimelinePoint> best;
  for (const TimelinePoint& point : points) {
    const auto found = std::ranges::find(best, point.model, &TimelinePoint::model);
    if (found == best.end()) {
      best.push_back(point);
    } else if (joules(point) < joules(*found)) {
      *found = point;
    }
  }
  return best;
}

}  // namespace

std::vector<std::string> timeline_networks() {
  return {"alexnet", "densenet121", kEfficient, "vit_b_16", "convnext_base"};
}

Result<record::Timeline> analyse_timeline(const record::ExperimentSummary& summary,
                                          const std::vector<PublishedModel>& facts) {
  record::Timeline timeline{.experiment = summary.experiment.id, .date = summary.experiment.created_at};
  std::vector<record::PlanPoint> used;
  const std::vector<TimelinePoint> points = usable_points(summary, facts, timeline.left_out, used);
  if (points.empty()) {
    return fail(ErrorKind::not_found, "the timeline has no network with an energy, a year and an accuracy",
                timeline.left_out.empty() ? "see wattlens show " + timeline.experiment : timeline.left_out.front());
  }
  WATTLENS_CHECK(check_one_way(used, "the timeline"));
  timeline.conditions = used.front();
  std::set<std::string> models;
  std::set<std::int64_t> batches;
  for (const TimelinePoint& point : points) {
    models.insert(point.model);
    batches.insert(point.batch);
  }
  for (const std::int64_t batch : batches) {
    std::vector<TimelinePoint> same;
    std::ranges::copy_if(points, std::back_inserter(same), [&](const auto& point) { return point.batch == batch; });
    if (same.size() == models.size())
      timeline.views.push_back(view_of(fmt::format("batch {}", batch), std::move(same)));
  }
  if (batches.size() > 1 || timeline.views.empty())
    timeline.views.push_back(view_of("best batch", best_points(points)));
  return timeline;
}

}  // namespace wattlens::study
