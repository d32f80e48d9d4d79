#include "plot/terminal.h"

#include <gmock/gmock.h>

#include "base/text.h"
#include "base/text_width.h"
#include "fake/golden.h"
#include "plot/example_plots.h"

namespace wattlens::plot {
namespace {

std::string text_of(const Plot& plot, const TerminalOptions& options = {}) {
  const auto text = to_terminal(plot, options);
  EXPECT_TRUE(text) << (text ? "" : text.error().message);
  return text.value_or("");
}

TEST(TerminalPlot, Examples) {
  fake::expect_golden("plot/interval.txt", text_of(interval_example(), {.width = 80}));
  fake::expect_golden("plot/frontier.txt", text_of(frontier_example(), {.width = 80}));
  fake::expect_golden("plot/curves.txt", text_of(curves_example(), {.width = 80}));
  fake::expect_golden("plot/distribution.txt", text_of(distribution_example(), {.width = 80}));
  fake::expect_golden("plot/difference.txt", text_of(difference_example(), {.width = 80}));
}

TEST(TerminalPlot, KeepsToItsWidth) {
  for (const int width : {10, 40, 57, 100, 200}) {
    for (const Plot& plot :
         {interval_example(), frontier_example(), curves_example(), distribution_example(), difference_example()}) {
      const std::string text = text_of(plot, {.width = width});
      for (const auto line : base::split(text, '\n')) {
        EXPECT_LE(base::text_width(line), static_cast<std::size_t>(std::max(width, kLeastPlotWidth))) << line;
      }
    }
  }
}

TEST(TerminalPlot, ColourIsOnlyWhereItIsWanted) {
  EXPECT_THAT(text_of(curves_example()), testing::Not(testing::HasSubstr("\x1b")));
  EXPECT_THAT(text_of(curves_example(), {.colour = true}), testing::HasSubstr("\x1b[38;5;32m"));
}

TEST(TerminalPlot, OnePoint) {
  const Plot plot{.title = "one", .panels = {{.series = {{.points = {{.x = 1, .y = 1, .label = "here"}}}}}}};
  EXPECT_THAT(text_of(plot), testing::HasSubstr("● here"));
}

TEST(TerminalPlot, NothingToDrawIsAnError) { EXPECT_EQ(to_terminal({}, {}).error().kind, ErrorKind::not_found); }

}  // namespace
}  // namespace wattlens::plot
