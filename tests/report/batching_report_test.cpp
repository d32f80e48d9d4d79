#include "report/batching_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>

#include "report/batching_plot.h"
#include "report/plots.h"

namespace wattlens::report {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

record::PointSummary point(const std::string& policy, double energy, double response, bool saturated) {
  record::PointSummary point;
  point.point = {.model = "alexnet", .arrivals = "poisson:16", .policy = policy, .requests = 64};
  point.repetitions = 3;
  point.energy_per_image = {.value = base::Joules{energy}, .provenance = record::Provenance::modelled};
  point.serving = record::ServingSummary{};
  point.serving->response = {base::Seconds{response}, base::Seconds{0.9 * response}, base::Seconds{1.1 * response}};
  point.serving->saturated = saturated;
  return point;
}

record::BatchingStudy study() {
  record::BatchingStudy study;
  study.summary.points = {point("1", 3.0, 9.0, true), point("16", 2.0, 0.5, false)};
  study.tests = {{.model = "alexnet",
                  .arrivals = "poisson:16",
                  .quantity = "energy",
                  .policies = {"1", "16"},
                  .h = 3.0,
                  .p_value = 0.04,
                  .eta_squared = 0.5,
                  .magnitude = "large",
                  .pairs = {{"1", "16", 0.04, 1.0, "large"}}},
                 {.model = "alexnet", .arrivals = "poisson:16", .quantity = "response", .why_not = "fewer than two"}};
  study.findings = {"alexnet at poisson:16: something was found."};
  return study;
}

TEST(BatchingReport, APageTellsPoliciesTestsAndFindings) {
  const std::string text = batching_text(study(), Format::table, {});
  EXPECT_THAT(text, HasSubstr("alexnet, poisson:16"));
  EXPECT_THAT(text, HasSubstr("saturated"));
  EXPECT_THAT(text, HasSubstr("1 of 1"));
  EXPECT_THAT(text, HasSubstr("fewer than two"));
  EXPECT_THAT(text, HasSubstr("something was found"));
}

TEST(BatchingReport, WhereThereIsNoTestThereIsNoNumber) {
  const base::Json json = batching_json(study());
  EXPECT_EQ(json["schema"], "wattlens.batching/1");
  EXPECT_EQ(json["tests"][0]["p_value"], 0.04);
  EXPECT_FALSE(json["tests"][1].contains("p_value"));
  EXPECT_EQ(json["tests"][1]["why_not"], "fewer than two");
  EXPECT_EQ(json["experiment"]["points"][0]["policy"], "1");
}

TEST(BatchingReport, APlotLeavesOutTimesOfAQueueThatOnlyGrows) {
  const plot::Plot plot = batching_plot(study().summary);
  ASSERT_THAT(plot.panels, SizeIs(2));
  EXPECT_THAT(plot.panels[0].y.categories, ElementsAre("alexnet"));
  EXPECT_THAT(plot.panels[0].series, SizeIs(2));
  ASSERT_THAT(plot.panels[1].series, SizeIs(2));  // the frontier first
  EXPECT_THAT(plot.panels[1].series[1].points, SizeIs(1));
}

TEST(BatchingReport, PointsThatDifferInMoreThanTheirPolicyStandApart) {
  record::ExperimentSummary summary = study().summary;
  const auto as_they_are = summary.points;
  for (record::PointSummary point : as_they_are) {
    point.point.precision = "bf16";
    summary.points.push_back(std::move(point));
  }
  const plot::Plot plot = experiment_plot(summary);  // of what served requests it is the same
  EXPECT_THAT(plot.panels[0].y.categories, ElementsAre("alexnet, f32", "alexnet, bf16"));
  EXPECT_THAT(plot.panels[1].series, SizeIs(2));  // and no frontier over both
}

TEST(BatchingReport, APlotShowsHowResponseTimesSpreadWhereTheyCanBeTold) {
  record::BatchingStudy one = study();
  for (record::PointSummary& point : one.summary.points) point.serving->responses_s = {0.1, 0.2, 0.4};
  const plot::Plot plot = batching_plot(one.summary);
  ASSERT_THAT(plot.panels, SizeIs(3));
  EXPECT_EQ(plot.panels[2].heading, "alexnet, poisson:16");
  EXPECT_EQ(plot.panels[2].series.front().name, "16");
  for (std::size_t i = 0; i < kMostDistributions; ++i) {
    one.summary.points.push_back(one.summary.points[1]);
    one.summary.points.back().point.arrivals = "poisson:" + std::to_string(32 + i);
  }
  EXPECT_THAT(batching_plot(one.summary).panels, SizeIs(2));
  EXPECT_THAT(batching_plot(one.summary).note, HasSubstr("up to 4 networks and rates"));
}

}  // namespace
}  // namespace wattlens::report
