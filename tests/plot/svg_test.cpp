#include "plot/svg.h"

#include <gmock/gmock.h>

#include <limits>

#include "fake/golden.h"
#include "plot/canvas.h"
#include "plot/example_plots.h"

namespace wattlens::plot {
namespace {

using testing::HasSubstr;

const Origin kOrigin{.command = "wattlens show last --plot 'a <b>.svg'",
                     .version = "0.1.0",
                     .experiments = {"20261122T000000-0000"},
                     .date = "2026-11-22T00:00:00Z"};

std::string svg_of(const Plot& plot) {
  const auto svg = to_svg(plot, kOrigin);
  EXPECT_TRUE(svg) << (svg ? "" : svg.error().message);
  return svg.value_or("");
}

// What tests/plot/svg_files_test.py reads as XML, and takes the numbers out of again.
TEST(Svg, Examples) {
  fake::expect_golden("plot/interval.svg", svg_of(interval_example()));
  fake::expect_golden("plot/frontier.svg", svg_of(frontier_example()));
  fake::expect_golden("plot/curves.svg", svg_of(curves_example()));
  fake::expect_golden("plot/distribution.svg", svg_of(distribution_example()));
  fake::expect_golden("plot/difference.svg", svg_of(difference_example()));
}

TEST(Svg, HostileTextAndExtremeNumbers) {
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  Plot plot{.title = "<b>\"5 > 3\" & 'so on'</b> \x01\x1b[31m \xFF\xC3", .note = "]]> &amp; \xEF\xBF\xBF"};
  Panel panel{.heading = std::string(300, 'W'), .x = {.title = "x < y", .unit = "J", .scale = Scale::log10}};
  panel.y.categories = {std::string(200, 'w') + " " + std::string(90, 'i'), "<none>",
                        "漢字漢字漢字漢字漢字漢字漢字漢字漢字"};
  panel.series = {
      {.name = std::string(400, 'M'), .points = {{.x = 1e-9, .y = 0}, {.x = 1e9, .y = 1}, {.x = kNan, .y = 2}}},
      {.name = "a & b", .points = {{.x = 1.0, .y = 2, .x_interval = Interval<double>{-1.0, 1e3}}}}};
  plot.panels.push_back(panel);
  fake::expect_golden("plot/hostile.svg", svg_of(plot));
}

TEST(Svg, SixtyCategoriesHaveSixtyRows) {
  Plot plot{.title = "sixty"};
  Panel panel{.x = {.title = "energy", .unit = "J"}};
  panel.series.push_back({.name = "a"});
  for (int i = 0; i < 60; ++i) {
    panel.y.categories.push_back("model " + std::to_string(i));
    panel.series[0].points.push_back({.x = 1.0 + i, .y = static_cast<double>(i)});
  }
  plot.panels.push_back(panel);
  const std::string svg = svg_of(plot);
  EXPECT_THAT(svg, HasSubstr(">model 59<"));
  EXPECT_THAT(svg, testing::Not(HasSubstr("nan")));
}

TEST(Svg, ASingleSeriesNeedsNoLegendAndModelledMarksAreHollow) {
  Plot plot{
      .title = "one",
      .panels = {{.series = {{.name = "only", .points = {{.x = 1, .y = 1, .provenance = Provenance::modelled}}}}}}};
  const std::string svg = svg_of(plot);
  EXPECT_THAT(svg, testing::Not(HasSubstr(">only<")));
  EXPECT_THAT(svg, HasSubstr("fill=\"#ffffff\" stroke=\"#0072B2\""));
  EXPECT_THAT(svg, HasSubstr("modelled from the processor"));
}

TEST(Svg, NothingToDrawIsAnError) { EXPECT_EQ(to_svg({}, {}).error().kind, ErrorKind::not_found); }

TEST(XmlText, HoldsOnlyWhatXmlMay) {
  EXPECT_EQ(xml_text("a<b>&\"c\""), "a&lt;b&gt;&amp;&quot;c&quot;");
  EXPECT_EQ(xml_text("é漢\U0001F600"), "é漢\U0001F600");
  EXPECT_EQ(xml_text("\x01\n"), "  ");
  EXPECT_EQ(xml_text("\xFF|\xC3|\xED\xA0\x80|\xC0\x80"), "�|�|�|�");
}

}  // namespace
}  // namespace wattlens::plot
