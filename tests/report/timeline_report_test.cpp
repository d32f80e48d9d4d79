#include "report/timeline_report.h"

#include <gmock/gmock.h>

#include "fake/golden.h"
#include "plot/svg.h"

namespace wattlens::report {
namespace {

record::TimelinePoint point(const char* model, std::int64_t year, double top1, double joules) {
  record::Energy energy{
      .value = record::Joules{joules}, .provenance = record::Provenance::modelled, .method = "load_model"};
  energy.absolute = record::Interval<record::Joules>{{joules * 0.7}, {joules * 1.4}};
  return {.model = model, .year = year, .top1_percent = top1, .batch = 1, .energy = energy};
}

record::Timeline example() {
  record::TimelineView view{.name = "batch 1"};
  view.points = {point("alexnet", 2012, 56.522, 0.31), point("shufflenet_v2_x0_5", 2018, 60.552, 0.052),
                 point("convnext_base", 2022, 84.062, 4.1)};
  view.growths = {{"energy", {1.29, 0.6, 2.77}, 0.4, 0.48}};
  view.claims = {{"energy rises at a much steeper pace than accuracy", "not distinguishable", "too few"}};
  return {.experiment = "20261122T000000-0000",
          .date = "2026-11-22T00:00:00Z",
          .views = {view},
          .left_out = {"vit_b_16: no energy (absent)"}};
}

TEST(TimelineReport, ReadsAsApproved) {
  fake::expect_golden("report/timeline.txt", timeline_text(example(), Format::table, {}));
  fake::expect_golden("report/timeline.json", timeline_text(example(), Format::json, {}));
  fake::expect_golden("report/timeline.csv", timeline_text(example(), Format::csv, {}));
}

TEST(TimelineReport, ThePlotHasYearsAndAFrontier) {
  const plot::Plot plot = timeline_plot(example());
  ASSERT_EQ(plot.panels.size(), 2U);
  EXPECT_EQ(plot.panels[0].series[0].points[0].x, 2012);
  ASSERT_EQ(plot.panels[1].series.size(), 2U);
  EXPECT_EQ(plot.panels[1].series[0].points.size(), 2U) << "alexnet is neither cheapest nor best";
  EXPECT_TRUE(plot::to_svg(plot, {}));
  EXPECT_FALSE(plot::to_svg(timeline_plot({}), {}));
}

}  // namespace
}  // namespace wattlens::report
