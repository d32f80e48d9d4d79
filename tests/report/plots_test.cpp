#include "report/plots.h"

#include <gmock/gmock.h>

#include "fake/example_summary.h"
#include "plot/svg.h"

namespace wattlens::report {
namespace {

using testing::HasSubstr;

record::ExperimentSummary sweep() {
  record::ExperimentSummary summary;
  for (const std::int64_t batch : {8, 1}) {
    summary.points.push_back(fake::example_point("resnet50", "f32", batch, 20.0 * static_cast<double>(batch)));
    summary.points.push_back(fake::example_point("vit_b_16", "f32", batch, 5.0 * static_cast<double>(batch)));
  }
  return summary;
}

TEST(ExperimentPlot, IsOverTheBatchWhereItVaries) {
  const plot::Plot plot = experiment_plot(sweep());
  ASSERT_EQ(plot.panels.size(), 2U);
  EXPECT_TRUE(plot.shared_x);
  EXPECT_EQ(plot.panels[0].y.unit, "J");
  EXPECT_EQ(plot.panels[1].y.unit, "s");
  ASSERT_EQ(plot.panels[0].series.size(), 2U);
  const auto& points = plot.panels[0].series[0].points;
  ASSERT_EQ(points.size(), 2U);
  EXPECT_EQ(points[0].x, 1.0);
  EXPECT_DOUBLE_EQ(points[0].y, 70.0 / 20.0);
  EXPECT_EQ(points[0].provenance, record::Provenance::modelled);
  EXPECT_DOUBLE_EQ(plot.panels[1].series[0].points[1].y, 1.0 / 160.0);
  EXPECT_TRUE(plot::to_svg(plot, {}));
}

TEST(ExperimentPlot, OfOneBatchHasARowPerPoint) {
  auto summary = sweep();
  std::erase_if(summary.points, [](const auto& point) { return point.point.batch != 8; });
  const plot::Plot plot = experiment_plot(summary);
  ASSERT_EQ(plot.panels.size(), 2U);
  EXPECT_THAT(plot.panels[0].y.categories, testing::ElementsAre("resnet50", "vit_b_16"));
  EXPECT_THAT(plot.note, HasSubstr("Batch 8."));
}

TEST(ExperimentPlot, WithoutEnergyTheTimeRemains) {
  auto summary = sweep();
  for (auto& point : summary.points) point.energy_per_image = {};
  const plot::Plot plot = experiment_plot(summary);
  ASSERT_EQ(plot.panels.size(), 1U);
  EXPECT_THAT(plot.note, HasSubstr("No energy was measured."));
  for (auto& point : summary.points) point.batch_time.reset();
  EXPECT_EQ(plot::to_svg(experiment_plot(summary), {}).error().kind, ErrorKind::not_found);
}

TEST(ComparisonPlot, ShowsDifferencesAndTheLimit) {
  record::ComparisonResult result;
  result.sides = {{.id = "a"}, {.id = "b"}};
  result.sides[1].energy.provenance = record::Provenance::modelled;
  result.pairs.push_back({.base = 0, .candidate = 1});
  result.pairs[0].findings = {{.quantity = "energy", .ratio = record::Estimate<double>{0.8, 0.75, 0.85}},
                              {.quantity = "time", .reason = "too few runs"}};
  const plot::Plot plot = comparison_plot(result);
  EXPECT_EQ(plot.title, "Against a");
  ASSERT_EQ(plot.panels.size(), 1U);
  const plot::Panel& panel = plot.panels[0];
  EXPECT_THAT(panel.y.categories, testing::ElementsAre("b"));
  ASSERT_EQ(panel.series.size(), 1U);
  EXPECT_NEAR(panel.series[0].points[0].x, -0.2, 1e-12);
  EXPECT_EQ(panel.series[0].points[0].provenance, record::Provenance::modelled);
  ASSERT_TRUE(panel.shade);
  EXPECT_EQ(panel.shade->x.high, 0.02);
  EXPECT_THAT(plot.note, HasSubstr("Not compared: 1"));
}

}  // namespace
}  // namespace wattlens::report
