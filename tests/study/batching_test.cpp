#include "study/batching.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace wattlens::study {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

double mean(const std::vector<double>& values) {
  double sum = 0.0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

record::PointSummary point(const std::string& policy, const std::vector<double>& energies,
                           const std::vector<double>& responses, bool saturated = false) {
  record::PointSummary point;
  point.point.model = "alexnet";
  point.point.arrivals = "poisson:16";
  point.point.policy = policy;
  point.energy_values = energies;
  point.energy_per_image = {.value = base::Joules{mean(energies)}, .provenance = record::Provenance::measured};
  point.serving = record::ServingSummary{};
  point.serving->response.value = base::Seconds{mean(responses)};
  point.serving->response_s = responses;
  point.serving->saturated = saturated;
  point.serving->offered_per_s.value = 16.0;
  point.serving->capacity_per_s.value = saturated ? 8.0 : 100.0;
  return point;
}

std::vector<std::string> policies_of(const std::vector<record::FrontierPolicy>& frontier) {
  std::vector<std::string> names;
  for (const auto& one : frontier) names.push_back(one.policy);
  return names;
}

TEST(StudyBatching, NothingServedGivesNothing) {
  EXPECT_TRUE(analyse_batching({}).tests.empty());
  record::ExperimentSummary plain;
  plain.points.emplace_back();
  EXPECT_TRUE(analyse_batching(plain).findings.empty());
}

TEST(StudyBatching, OnePolicyOrOneRepetitionIsNoTest) {
  record::ExperimentSummary summary;
  summary.points = {point("16", {1.0, 1.1}, {0.5, 0.6})};
  EXPECT_THAT(analyse_batching(summary).tests[0].why_not, HasSubstr("fewer than two"));
  summary.points = {point("16", {1.0}, {0.5}), point("32", {2.0}, {0.6})};
  EXPECT_THAT(analyse_batching(summary).tests[0].why_not, HasSubstr("only once"));
}

TEST(StudyBatching, ADifferenceIsTestedNamedAndSaid) {
  record::ExperimentSummary summary;
  summary.points = {point("1", {3.0, 3.1, 3.2, 3.3, 3.05}, {0.1, 0.11, 0.12, 0.13, 0.105}),
                    point("16", {2.0, 2.1, 2.2, 2.3, 2.05}, {0.5, 0.51, 0.52, 0.53, 0.505}),
                    point("32", {2.5, 2.6, 2.7, 2.8, 2.55}, {1.0, 1.1, 1.2, 1.3, 1.05})};
  const auto study = analyse_batching(summary);
  ASSERT_EQ(study.tests.size(), 2U);
  const auto& energy = study.tests[0];
  EXPECT_EQ(energy.quantity, "energy");
  // scipy.stats.kruskal of the three lists: H = 12.5, p = 0.00193.
  EXPECT_NEAR(energy.h, 12.5, 1e-9);
  EXPECT_NEAR(energy.p_value, 0.0019304541362277093, 1e-12);
  EXPECT_NEAR(energy.eta_squared, (12.5 - 2.0) / 12.0, 1e-12);
  EXPECT_EQ(energy.magnitude, "large");
  ASSERT_EQ(energy.pairs.size(), 3U);
  EXPECT_DOUBLE_EQ(energy.pairs[0].cliffs_delta, 1.0);
  EXPECT_LT(energy.pairs[0].p_value, 0.01);
  EXPECT_THAT(policies_of(study.frontier), ElementsAre("1", "16"));  // 32 is slower and dearer than 16
  EXPECT_THAT(study.findings, Contains(AllOf(HasSubstr("alexnet at poisson:16"), HasSubstr("energy per request"),
                                             HasSubstr("2.13 J with 16"), HasSubstr("3.13 J with 1"))));
}

TEST(StudyBatching, NoiseIsCalledNoise) {
  record::ExperimentSummary summary;
  summary.points = {point("16", {1.0, 1.2, 1.1}, {0.5, 0.6, 0.7}), point("32", {1.05, 1.15, 1.12}, {0.55, 0.61, 0.66})};
  EXPECT_THAT(analyse_batching(summary).findings, Contains(HasSubstr("cannot be told from noise")));
}

TEST(StudyBatching, TimesOfAQueueThatOnlyGrowsAreNoResult) {
  record::ExperimentSummary summary;
  summary.points = {point("1", {1.0, 1.1}, {9.0, 9.1}, true), point("16", {2.0, 2.1}, {0.5, 0.6}),
                    point("32", {2.5, 2.6}, {0.7, 0.8})};
  const auto study = analyse_batching(summary);
  EXPECT_THAT(study.tests[1].policies, ElementsAre("16", "32"));
  EXPECT_THAT(policies_of(study.frontier), ElementsAre("16"));
  EXPECT_THAT(study.findings, Contains(AllOf(HasSubstr("more requests come than can be served with 1:"),
                                             HasSubstr("16 come each second"), HasSubstr("at most 8 are"))));
}

TEST(StudyBatching, APlanIsCompletedAndKeepsWhatItSays) {
  experiment::Plan plan;
  plan.axes.policies = {"greedy"};
  plan.effort.quick = true;
  plan = batching_plan(plan);
  EXPECT_EQ(plan.axes.models, batching_networks());
  EXPECT_THAT(plan.axes.policies, ElementsAre("greedy"));
  EXPECT_EQ(plan.axes.requests, kQuickBatchingRequests);
  EXPECT_EQ(plan.effort.repetitions, kQuickBatchingRepetitions);
}

}  // namespace
}  // namespace wattlens::study
