#include "cli/plot_output.h"

#include <gmock/gmock.h>

#include <array>

#include "fake/temporary_folder.h"

namespace wattlens::cli {
namespace {

using testing::HasSubstr;

class PlotOutputTest : public testing::Test {
 protected:
  base::Path folder() const { return folder_.path(); }
  static plot::Plot one_point() { return {.title = "one", .panels = {{.series = {{.points = {{.x = 1, .y = 1}}}}}}}; }

 private:
  fake::TemporaryFolder folder_;
};

TEST_F(PlotOutputTest, AFileAppearsWholeWithItsCommand) {
  const base::Path path = folder() / "a.svg";
  auto plot = PlotOutput::open({.target = path.string(), .command = "wattlens show last"}, {});
  ASSERT_TRUE(plot) << plot.error().message;
  EXPECT_FALSE(std::filesystem::exists(path));
  const std::string id = "20261122T000000-0000";
  ASSERT_TRUE(plot->write(one_point(), {&id, 1}));
  const std::string svg = base::read_text(path).value_or("");
  EXPECT_THAT(svg, HasSubstr("wattlens show last"));
  EXPECT_THAT(svg, HasSubstr(id));
}

TEST_F(PlotOutputTest, WhatCannotBeWrittenIsFoundOutFirst) {
  const auto nowhere = PlotOutput::open({.target = (folder() / "missing" / "a.svg").string()}, {});
  ASSERT_FALSE(nowhere);
  EXPECT_THAT(nowhere.error().message, HasSubstr("a.svg"));
  const auto other = PlotOutput::open({.target = "a.png"}, {});
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().kind, ErrorKind::usage);
}

TEST_F(PlotOutputTest, TheTerminalPlotStaysOutOfData) {
  const auto among = PlotOutput::open({.target = "terminal"}, {.format = report::Format::json});
  ASSERT_FALSE(among);
  EXPECT_EQ(among.error().kind, ErrorKind::usage);
  EXPECT_TRUE(PlotOutput::open({.target = "terminal"}, {}));
  EXPECT_TRUE(PlotOutput::open({.target = "terminal"}, {.format = report::Format::json, .file = folder() / "a.json"}));
}

TEST_F(PlotOutputTest, NoPlotWantedIsNothingDone) {
  auto plot = PlotOutput::open({}, {});
  ASSERT_TRUE(plot);
  EXPECT_FALSE(plot->wanted());
  EXPECT_TRUE(plot->write({}, {}));
}

TEST(QuotedCommand, ReadsBackAsTheSameWords) {
  const std::array argv = {"/somewhere/wattlens", "compare", "--", "./old 'x'", "", "a=b"};
  EXPECT_EQ(quoted_command(static_cast<int>(argv.size()), argv.data()),
            R"(wattlens compare -- './old '\''x'\''' '' a=b)");
}

}  // namespace
}  // namespace wattlens::cli
