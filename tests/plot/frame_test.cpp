#include "plot/frame.h"

#include <gmock/gmock.h>

#include <limits>

namespace wattlens::plot {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

Plot plot_of(const std::vector<Point>& points, Scale scale = Scale::linear) {
  return {.title = "energy",
          .panels = {{.x = {.scale = scale}, .y = {.scale = scale}, .series = {{.points = points}}}}};
}

TEST(Frames, NothingToPlotIsAClearError) {
  for (const Plot& plot : {Plot{.title = "energy"}, plot_of({}), plot_of({{.x = 1, .y = kNan}})}) {
    const auto frames = frames_of(plot);
    ASSERT_FALSE(frames);
    EXPECT_EQ(frames.error().kind, ErrorKind::not_found);
    EXPECT_THAT(frames.error().message, testing::StartsWith("there is nothing to plot of \"energy\""));
  }
}

TEST(Frames, WhatHasNoPlaceIsLeftOutAndCounted) {
  const auto frames =
      frames_of(plot_of({{.x = 1, .y = 2}, {.x = 2, .y = kNan}, {.x = 3, .y = 0}, {.x = -1, .y = 2}}, Scale::log10));
  ASSERT_TRUE(frames);
  EXPECT_EQ(frames->frames[0].panel.series[0].points.size(), 1U);
  EXPECT_THAT(frames->remarks, testing::ElementsAre("1 point without a value: left out.",
                                                    "2 points not above 0: not on a logarithmic axis."));
}

TEST(Frames, OnePointAndEqualPointsStandInTheMiddle) {
  for (const Scale scale : {Scale::linear, Scale::log10, Scale::log2}) {
    const auto frames = frames_of(plot_of({{.x = 5, .y = 3}, {.x = 5, .y = 3}}, scale));
    ASSERT_TRUE(frames);
    EXPECT_NEAR(frames->frames[0].x.place(5), 0.5, 1e-9);
    EXPECT_NEAR(frames->frames[0].y.place(3), 0.5, 1e-9);
  }
  const auto zero = frames_of(plot_of({{.x = 0, .y = 0}}));
  ASSERT_TRUE(zero);
  EXPECT_NEAR(zero->frames[0].x.place(0), 0.5, 1e-9);
}

TEST(Frames, IntervalsGuidesAndShadesAreInside) {
  Plot plot = plot_of({{.x = 1, .y = 1, .y_interval = Interval<double>{-4, 6}},
                       {.x = 2, .y = 2, .x_interval = Interval<double>{kNan, 3}}});
  plot.panels[0].guides.push_back({.axis = Guide::Across::y, .at = 9});
  plot.panels[0].shade = Shade{.x = {-3, 1}};
  const auto frames = frames_of(plot);
  ASSERT_TRUE(frames);
  EXPECT_LT(frames->frames[0].y.low, -4);
  EXPECT_GT(frames->frames[0].y.high, 9);
  EXPECT_LT(frames->frames[0].x.low, -3);
  EXPECT_FALSE(frames->frames[0].panel.series[0].points[1].x_interval);
}

TEST(Frames, AnIntervalMayReachBelowALogarithmicAxis) {
  const auto frames = frames_of(plot_of({{.x = 1, .y = 1, .y_interval = Interval<double>{-4, 6}}}, Scale::log10));
  ASSERT_TRUE(frames);
  EXPECT_LT(frames->frames[0].y.place(-4), 0.0);
  EXPECT_LT(frames->frames[0].y.place(6), 1.0);
}

TEST(Frames, SharedAxesShowAllPanels) {
  Plot plot = plot_of({{.x = 1, .y = 1}, {.x = 2, .y = 1}});
  plot.panels.push_back(plot_of({{.x = 7, .y = 1}}).panels[0]);
  plot.shared_x = true;
  const auto frames = frames_of(plot);
  ASSERT_TRUE(frames);
  EXPECT_EQ(frames->frames[0].x.high, frames->frames[1].x.high);
  EXPECT_GT(frames->frames[0].x.high, 7);
}

TEST(Frames, HollowMarksAreExplained) {
  const auto frames = frames_of(plot_of(
      {{.x = 1, .y = 1, .provenance = Provenance::modelled}, {.x = 1, .y = 1, .provenance = Provenance::simulated}}));
  ASSERT_TRUE(frames);
  EXPECT_THAT(frames->remarks, testing::ElementsAre("Hollow marks: energy modelled from the processor's load, not "
                                                    "measured; or simulated, not of this machine."));
}

TEST(Frames, ACategoryMustExist) {
  Plot plot = plot_of({{.x = 1, .y = 1}});
  plot.panels[0].y.categories = {"only one"};
  EXPECT_EQ(frames_of(plot).error().kind, ErrorKind::internal);
}

}  // namespace
}  // namespace wattlens::plot
