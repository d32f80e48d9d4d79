#include "study/batching.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <span>
#include <utility>

#include "base/text.h"
#include "experiment/plan.h"
#include "record/arrivals_name.h"
#include "stats/effect_size.h"
#include "stats/rank_tests.h"

namespace wattlens::study {
namespace {

using record::BatchingStudy;
using record::PointSummary;
using record::PolicyTest;
using Points = std::vector<const PointSummary*>;

constexpr double kLevel = 0.05;

// The points of one network under one way in which requests come, which differ in their policy alone.
struct Group {
  std::string key;
  std::string model;  // and what else tells it from others: "resnet50, bf16"
  std::string arrivals;
  Points points;
};

std::string key_of(record::PlanPoint point) {
  point.policy = "any";
  point.batch = 0;
  return experiment::point_id(point);
}

// The model, and its point's other axes where these differ among the points.
std::string name_of(const record::PlanPoint& point, const record::ExperimentSummary& summary) {
  const auto varies = [&](auto member) {
    return std::ranges::any_of(summary.points, [&](const PointSummary& other) {
      return other.point.*member != summary.points.front().point.*member;
    });
  };
  std::vector<std::string> words = {point.model};
  for (const auto member : {&record::PlanPoint::settings, &record::PlanPoint::engine, &record::PlanPoint::device,
                            &record::PlanPoint::precision}) {
    if (varies(member)) words.push_back(point.*member);
  }
  if (varies(&record::PlanPoint::image_size)) words.push_back(fmt::format("{} px", point.image_size));
  if (varies(&record::PlanPoint::threads)) words.push_back(fmt::format("{} threads", point.threads));
  if (varies(&record::PlanPoint::preprocess)) words.push_back(fmt::format("preprocessing {}", point.preprocess));
  return base::join(words, ", ");
}

std::vector<Group> groups_of(const record::ExperimentSummary& summary) {
  std::vector<Group> groups;
  for (const PointSummary& point : summary.points) {
    if (!point.serving) continue;
    const std::string key = key_of(point.point);
    auto group = std::ranges::find(groups, key, &Group::key);
    if (group == groups.end()) {
      group = groups.insert(groups.end(), {key, name_of(point.point, summary), point.point.arrivals, {}});
    }
    group->points.push_back(&point);
  }
  return groups;
}

// The values of one quantity, one list per policy.
struct Values {
  std::vector<std::string> policies;
  std::vector<std::vector<double>> lists;
};

std::size_t count(const Values& values) {
  std::size_t all = 0;
  for (const auto& list : values.lists) all += list.size();
  return all;
}

std::vector<record::PolicyPair> pairs_of(const Values& values) {
  std::vector<record::PolicyPair> pairs;
  const auto dunn = stats::dunn(values.lists);
  if (!dunn) return pairs;
  for (const stats::PairOfRanks& pair : *dunn) {
    const double delta = stats::cliffs_delta(values.lists[pair.one], values.lists[pair.other]).value_or(0.0);
    pairs.push_back({values.policies[pair.one], values.policies[pair.other], pair.p_value, delta,
                     std::string(to_string(stats::magnitude_of_cliffs_delta(delta)))});
  }
  return pairs;
}

PolicyTest test_of(const Group& group, std::string quantity, const Values& values) {
  PolicyTest test{.model = group.model, .arrivals = group.arrivals, .quantity = std::move(quantity)};
  test.policies = values.policies;
  const bool repeated = std::ranges::all_of(values.lists, [](const auto& list) { return list.size() >= 2; });
  if (values.lists.size() < 2 || !repeated) {
    test.why_not = values.lists.size() < 2 ? "fewer than two policies to compare" : "a policy was measured only once";
    return test;
  }
  const auto kruskal = stats::kruskal_wallis(values.lists);
  if (!kruskal) {
    test.why_not = kruskal.error().message;
    return test;
  }
  test.h = kruskal->statistic;
  test.p_value = kruskal->p_value;
  test.eta_squared = stats::eta_squared_of_h(test.h, values.lists.size(), count(values)).value_or(0.0);
  test.magnitude = to_string(stats::magnitude_of_eta_squared(test.eta_squared));
  test.pairs = pairs_of(values);
  return test;
}

PolicyTest energy_test(const Group& group) {
  Values values;
  for (const PointSummary* point : group.points) {
    if (point->energy_values.empty()) continue;
    values.policies.push_back(point->point.policy);
    values.lists.push_back(point->energy_values);
  }
  return test_of(group, "energy", values);
}

PolicyTest response_test(const Group& group) {
  Values values;
  for (const PointSummary* point : group.points) {
    if (point->serving->saturated) continue;
    values.policies.push_back(point->point.policy);
    values.lists.push_back(point->serving->response_s);
  }
  return test_of(group, "response", values);
}

Points frontier_of(const Group& group) {
  Points candidates;
  for (const PointSummary* point : group.points) {
    if (!point->serving->saturated && point->energy_per_image.value) candidates.push_back(point);
  }
  const auto response = [](const PointSummary* point) { return point->serving->response.value.value; };
  const auto energy = [](const PointSummary* point) { return point->energy_per_image.value->value; };
  std::ranges::stable_sort(candidates, {}, response);
  Points frontier;
  for (const PointSummary* point : candidates) {
    if (frontier.empty() || energy(point) < energy(frontier.back())) frontier.push_back(point);
  }
  return frontier;
}

std::string times_text(double seconds) {
  return seconds < 1.0 ? fmt::format("{:.3g} ms", 1e3 * seconds) : fmt::format("{:.3g} s", seconds);
}

std::string p_text(double p) { return p < 0.001 ? "p < 0.001" : fmt::format("p = {:.2g}", p); }

// "Energy per request changes with the policy (p = 0.01, effect large): 0.41 J with greedy, 0.52 J with 128."
std::string test_sentence(const PolicyTest& test, const Points& points) {
  const bool energy = test.quantity == "energy";
  const auto* const what = energy ? "the energy per request" : "the mean response time";
  if (!test.why_not.empty()) return fmt::format("whether the policy changes {} is not known: {}", what, test.why_not);
  if (test.p_value >= kLevel) {
    return fmt::format("that the policy changes {} cannot be told from noise ({})", what, p_text(test.p_value));
  }
  const auto value = [&](const PointSummary* point) {
    return energy ? point->energy_per_image.value->value : point->serving->response.value.value;
  };
  Points tested;
  for (const PointSummary* point : points) {
    if (std::ranges::find(test.policies, point->point.policy) != test.policies.end()) tested.push_back(point);
  }
  const auto [least, most] = std::ranges::minmax(tested, {}, value);
  const auto text = [&](const PointSummary* point) {
    const double number = value(point);
    return fmt::format("{} with {}", energy ? fmt::format("{:.3g} J", number) : times_text(number),
                       point->point.policy);
  };
  return fmt::format("the policy changes {} ({}, effect {}): from {} to {}", what, p_text(test.p_value), test.magnitude,
                     text(least), text(most));
}

std::vector<std::string> saturated_sentences(const Group& group) {
  std::vector<std::string> policies;
  double offered = 0.0;
  double capacity = 0.0;
  for (const PointSummary* point : group.points) {
    if (!point->serving->saturated) continue;
    policies.push_back(point->point.policy);
    offered = point->serving->offered_per_s.value;
    capacity = std::max(capacity, point->serving->capacity_per_s.value);
  }
  if (policies.empty()) return {};
  return {fmt::format(
      "more requests come than can be served with {}: {:.3g} come each second, at most {:.3g} are "
      "served; waiting then grows for as long as they come, so these response times are no result",
      policies.size() == group.points.size() ? "any policy" : base::join(policies, ", "), offered, capacity)};
}

std::vector<std::string> frontier_sentences(const Points& frontier) {
  if (frontier.empty()) return {};
  if (frontier.size() == 1) {
    return {fmt::format("{} is at once the fastest and the cheapest", frontier.front()->point.policy)};
  }
  std::vector<std::string> names;
  for (const PointSummary* point : frontier) names.push_back(point->point.policy);
  const auto& fast = *frontier.front();
  const auto& cheap = *frontier.back();
  const double saved = 1.0 - cheap.energy_per_image.value->value / fast.energy_per_image.value->value;
  const double slower = cheap.serving->response.value / fast.serving->response.value;
  return {
      fmt::format("no policy beats {} in both; the cheapest of them ({}) needs {:.0f} % less energy than the "
                  "fastest ({}) and answers {:.3g} times as late",
                  base::join(names, ", "), cheap.point.policy, 100.0 * saved, fast.point.policy, slower)};
}

}  // namespace

std::vector<std::string> batching_networks() {
  return {"alexnet", "densenet121", "shufflenet_v2_x0_5", "vit_b_16", "convnext_base"};
}

std::vector<std::string> batching_policies() { return {"16", "32", "64", "128", "greedy"}; }

experiment::Plan batching_plan(experiment::Plan plan) {
  if (plan.axes.models.empty()) plan.axes.models = batching_networks();
  if (plan.axes.policies.empty()) plan.axes.policies = batching_policies();
  if (plan.axes.requests == 0) plan.axes.requests = plan.effort.quick ? kQuickBatchingRequests : kBatchingRequests;
  if (!plan.effort.repetitions) {
    if (plan.effort.quick && !plan.effort.budget) plan.effort.budget = kQuickBatchingTime;
    plan.effort.repetitions = plan.effort.quick ? kQuickBatchingRepetitions : kBatchingRepetitions;
  }
  if (plan.title.empty()) plan.title = "study batching";
  return plan;
}

BatchingStudy analyse_batching(record::ExperimentSummary summary) {
  BatchingStudy study;
  for (const Group& group : groups_of(summary)) {
    const auto say = [&](const std::string& sentence) {
      study.findings.push_back(
          fmt::format("{} at {}: {}.", group.model, record::arrivals_name(group.arrivals), sentence));
    };
    for (const std::string& sentence : saturated_sentences(group)) say(sentence);
    for (PolicyTest& test : std::vector<PolicyTest>{energy_test(group), response_test(group)}) {
      say(test_sentence(test, group.points));
      study.tests.push_back(std::move(test));
    }
    const Points frontier = frontier_of(group);
    for (const std::string& sentence : frontier_sentences(frontier)) say(sentence);
    for (const PointSummary* point : frontier) {
      study.frontier.push_back(
          {group.model, group.arrivals, point->point.policy, point->serving->response.value, point->energy_per_image});
    }
  }
  study.summary = std::move(summary);
  return study;
}

}  // namespace wattlens::study
