#include "study/timeline.h"

#include <gmock/gmock.h>

#include <cmath>

namespace wattlens::study {
namespace {

using testing::HasSubstr;

const std::vector<PublishedModel> kFacts = {{"alexnet", 2012, 56.5},
                                            {"densenet121", 2016, 74.4},
                                            {"shufflenet_v2_x0_5", 2018, 60.6},
                                            {"vit_b_16", 2020, 81.1},
                                            {"convnext_base", 2022, 84.1}};

record::PointSummary point(const std::string& model, std::int64_t batch, double joules, double share = 0.01,
                           record::Provenance provenance = record::Provenance::measured) {
  record::PointSummary summary;
  summary.point.model = model;
  summary.point.batch = batch;
  summary.point.id = model;
  summary.energy_per_image.value = record::Joules{joules};
  summary.energy_per_image.relative = record::Interval<record::Joules>{{joules * (1 - share)}, {joules * (1 + share)}};
  summary.energy_per_image.provenance = provenance;
  return summary;
}

record::ExperimentSummary five(std::vector<double> joules,
                               record::Provenance provenance = record::Provenance::measured) {
  record::ExperimentSummary summary;
  for (std::size_t i = 0; i < joules.size(); ++i) {
    summary.points.push_back(point(kFacts[i].model, 1, joules[i], 0.01, provenance));
  }
  return summary;
}

const record::Claim& claim(const record::Timeline& timeline, std::size_t which) {
  return timeline.views.back().claims.at(which);
}

TEST(Timeline, DoublingEachYearIsFoundAsGrowth) {
  std::vector<double> joules;
  for (const auto& fact : kFacts) joules.push_back(std::exp2(static_cast<double>(fact.year - 2012)));
  const auto timeline = analyse_timeline(five(joules), kFacts);
  ASSERT_TRUE(timeline);
  ASSERT_EQ(timeline->views.size(), 1U);
  const auto& energy = timeline->views[0].growths.at(0);
  EXPECT_EQ(energy.quantity, "energy");
  EXPECT_NEAR(energy.per_year.value, 2.0, 1e-9);
  EXPECT_LT(energy.per_year.low, 2.0);  // the measurement's own uncertainty
  EXPECT_NEAR(energy.tau, 1.0, 1e-12);
  EXPECT_NEAR(energy.p_value, 2.0 / 120.0, 1e-12);
  EXPECT_EQ(claim(*timeline, 0).verdict, "confirmed");
  EXPECT_EQ(timeline->views[0].growths.at(1).quantity, "error");
  EXPECT_LT(timeline->views[0].growths.at(1).per_year.value, 1.0);
}

TEST(Timeline, PointsThatWereNotRunInOneWayAreNoTimeline) {
  auto summary = five({1, 2, 3, 4, 5});
  summary.points[2].point.precision = "bf16";
  const auto mixed = analyse_timeline(summary, kFacts);
  ASSERT_FALSE(mixed);
  EXPECT_THAT(mixed.error().message, HasSubstr("one value of --precision: 'f32' and 'bf16' are there"));
}

TEST(Timeline, ServedRequestsAndPreprocessingAloneAreLeftOut) {
  auto summary = five({1, 2, 3, 4, 5});
  summary.points[0].point.policy = "greedy";
  summary.points[1].point.preprocess = "alone";
  const auto timeline = analyse_timeline(summary, kFacts);
  ASSERT_TRUE(timeline);
  EXPECT_EQ(timeline->left_out.size(), 2U);
  EXPECT_THAT(timeline->left_out[0], HasSubstr("alexnet: it did not run the network in batches"));
  EXPECT_EQ(timeline->views[0].points.size(), 3U);
  for (record::PointSummary& point : summary.points) point.point.policy = "1";
  EXPECT_FALSE(analyse_timeline(summary, kFacts));
}

TEST(Timeline, FivePointsThatScatterTellNothing) {
  const auto timeline = analyse_timeline(five({0.31, 1.07, 0.052, 4.4, 4.1}), kFacts);
  ASSERT_TRUE(timeline);
  EXPECT_EQ(claim(*timeline, 0).verdict, "not distinguishable");
  EXPECT_THAT(claim(*timeline, 0).reason, HasSubstr("5 networks with 3 degrees of freedom"));
  EXPECT_EQ(claim(*timeline, 1).verdict, "confirmed");
  EXPECT_THAT(claim(*timeline, 1).reason, HasSubstr("on the frontier"));
}

TEST(Timeline, FallingEnergyContradictsThePaper) {
  const auto timeline = analyse_timeline(five({10, 1, 0.3, 0.1, 0.03}), kFacts);
  ASSERT_TRUE(timeline);
  EXPECT_EQ(claim(*timeline, 0).verdict, "not confirmed");
  EXPECT_EQ(claim(*timeline, 1).verdict, "not confirmed");  // convnext_base is better and cheaper
}

TEST(Timeline, ModelledEnergiesAreNamedInEachSentence) {
  const auto timeline = analyse_timeline(five({0.31, 1.07, 0.052, 4.4, 4.1}, record::Provenance::modelled), kFacts);
  ASSERT_TRUE(timeline);
  for (const auto& one : timeline->views[0].claims) EXPECT_THAT(one.reason, HasSubstr("modelled energy"));
}

TEST(Timeline, EachNetworksBestBatchIsAViewOfItsOwn) {
  record::ExperimentSummary summary = five({4, 5, 1, 6, 7});
  summary.points.push_back(point("alexnet", 8, 2));
  summary.points.push_back(point("vit_b_16", 8, 9));
  const auto timeline = analyse_timeline(summary, kFacts);
  ASSERT_TRUE(timeline);
  ASSERT_EQ(timeline->views.size(), 2U);  // batch 8 lacks three networks
  EXPECT_EQ(timeline->views[0].name, "batch 1");
  EXPECT_EQ(timeline->views[1].name, "best batch");
  EXPECT_EQ(timeline->views[1].points[0].batch, 8);
  EXPECT_EQ(timeline->views[1].points[3].batch, 1);
}

TEST(Timeline, WhatIsMissingIsNamed) {
  record::ExperimentSummary summary = five({1, 2});
  summary.points.push_back(point("unheard_of", 1, 3));
  summary.points.push_back(point("vit_b_16", 1, 3));
  summary.points.back().energy_per_image = {};
  summary.points.back().energy_per_image.reason = "permission";
  const auto timeline = analyse_timeline(summary, kFacts);
  ASSERT_TRUE(timeline);
  EXPECT_THAT(timeline->left_out, testing::ElementsAre("unheard_of: its year and accuracy are not known",
                                                       "vit_b_16: no energy (permission)"));
  EXPECT_EQ(claim(*timeline, 0).verdict, "not distinguishable");
  EXPECT_EQ(claim(*timeline, 0).reason, "a growth needs three networks of different years");
  EXPECT_EQ(claim(*timeline, 1).reason, "shufflenet_v2_x0_5 was not measured");
  EXPECT_EQ(analyse_timeline({}, kFacts).error().kind, ErrorKind::not_found);
}

TEST(Timeline, WideIntervalsLeaveTheEnergyOfShuffleNetOpen) {
  record::ExperimentSummary summary = five({0.9, 2, 1.1, 4, 5});
  for (auto& one : summary.points) one = point(one.point.model, 1, one.energy_per_image.value->value, 0.4);
  const auto timeline = analyse_timeline(summary, kFacts);
  ASSERT_TRUE(timeline);
  EXPECT_EQ(claim(*timeline, 1).verdict, "not distinguishable");
}

TEST(Timeline, AnIntervalThatReachesZeroIsNoCertainty) {
  record::ExperimentSummary summary = five({0.31, 1.07, 0.052, 4.4, 4.1});
  summary.points[2] = point("shufflenet_v2_x0_5", 1, 0.052, 20.0);
  const auto timeline = analyse_timeline(summary, kFacts);
  ASSERT_TRUE(timeline);
  EXPECT_EQ(claim(*timeline, 1).verdict, "not distinguishable");
}

}  // namespace
}  // namespace wattlens::study
