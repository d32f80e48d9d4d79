#include "plot/kinds.h"

#include <gmock/gmock.h>

#include <limits>

namespace wattlens::plot {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

TEST(Pareto, KeepsWhatNothingBeats) {
  const std::vector<Point> points = {
      {.x = 3, .y = 1}, {.x = 1, .y = 4}, {.x = 2, .y = 4}, {.x = 2, .y = 2}, {.x = 4, .y = 5}};
  EXPECT_THAT(pareto_optimal(points, Better::less, Better::less), ElementsAre(1, 3, 0));
  EXPECT_THAT(pareto_optimal(points, Better::more, Better::less), ElementsAre(0, 4));
  EXPECT_THAT(pareto_optimal(points, Better::more, Better::more), ElementsAre(4));
}

TEST(Pareto, OfNothingAndOfEqualPoints) {
  EXPECT_THAT(pareto_optimal({}, Better::less, Better::less), IsEmpty());
  const std::vector<Point> points = {{.x = 1, .y = 1}, {.x = 1, .y = 1}, {.x = kNan, .y = 0}};
  EXPECT_THAT(pareto_optimal(points, Better::less, Better::less), ElementsAre(0, 1));
}

TEST(Frontier, LabelsOnlyItsOwnPoints) {
  Panel panel{.series = {{.name = "a", .points = {{.x = 1, .y = 2, .label = "a1"}, {.x = 2, .y = 3, .label = "a2"}}},
                         {.name = "b", .points = {{.x = 3, .y = 1, .label = "b1"}}}}};
  add_frontier(panel, Better::less, Better::less);
  ASSERT_EQ(panel.series.size(), 3U);
  EXPECT_TRUE(panel.series[0].neutral);
  EXPECT_EQ(panel.series[0].join, Join::step);
  EXPECT_EQ(panel.series[0].points.size(), 2U);
  EXPECT_EQ(panel.series[1].points[0].label, "a1");
  EXPECT_EQ(panel.series[1].points[1].label, "");
  EXPECT_EQ(panel.series[2].points[0].label, "b1");
}

TEST(Quantile, IsOneOfTheValues) {
  const std::vector<double> values = {1, 2, 3, 4};
  EXPECT_EQ(sorted_quantile(values, 0.0), 1);
  EXPECT_EQ(sorted_quantile(values, 0.5), 2);
  EXPECT_EQ(sorted_quantile(values, 0.51), 3);
  EXPECT_EQ(sorted_quantile(values, 1.0), 4);
  EXPECT_EQ(sorted_quantile(std::vector{7.0}, 0.99), 7);
}

TEST(Survival, FallsToOneValueInTheTail) {
  const std::vector<double> values = {4, 1, 2, 2, kNan, -1};
  const std::vector<Distribution> distributions = {{"a", values}, {"none", {}}};
  const Panel panel = survival_panel(distributions, {.title = "time", .unit = "s"});
  ASSERT_EQ(panel.series.size(), 4U);
  std::vector<std::pair<double, double>> corners;
  for (const Point& point : panel.series[0].points) corners.emplace_back(point.x, point.y);
  EXPECT_THAT(corners,
              ElementsAre(std::pair(1.0, 1.0), std::pair(1.0, 0.75), std::pair(2.0, 0.25), std::pair(4.0, 0.25)));
  EXPECT_THAT(panel.series[1].points, IsEmpty());
  ASSERT_EQ(panel.series[2].points.size(), 1U) << "four values have no p95";
  EXPECT_EQ(panel.series[2].points[0].x, 2.0);
}

TEST(Survival, ManyValuesAreThinnedButKeepTheirTail) {
  std::vector<double> values;
  for (int i = 1; i <= 100000; ++i) values.push_back(1.0 + i * 1e-5);
  const std::vector<Distribution> distributions = {{"a", values}};
  const Panel panel = survival_panel(distributions, {});
  const auto& points = panel.series[0].points;
  EXPECT_LT(points.size(), 1000U);
  EXPECT_NEAR(points.back().y, 1e-5, 1e-12);
  EXPECT_EQ(points.back().x, 2.0);
  EXPECT_EQ(panel.series[1].points.size(), 3U);
  EXPECT_NEAR(panel.series[1].points[2].x, 1.99, 1e-9);
}

}  // namespace
}  // namespace wattlens::plot
