#include "report/page.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/text.h"

namespace wattlens::report {
namespace {

Page page_with(Table table) {
  Page page;
  page.sections.push_back({.table = std::move(table)});
  return page;
}

TEST(Terminal, AnEmptyPageIsEmpty) {
  EXPECT_EQ(to_terminal({}, {}), "");
  EXPECT_EQ(to_terminal(page_with({}), {}), "");
}

TEST(Terminal, ColumnsAlignWhateverTheLetters) {
  const Table table{.columns = {{"", "name"}, {"", "value", ColumnKind::number}},
                    .rows = {{std::string("漢字"), std::int64_t{1}}, {std::string("ü"), std::int64_t{123}}},
                    .groups = {}};
  EXPECT_EQ(to_terminal(page_with(table), {}),
            "name  value\n"
            "漢字      1\n"
            "ü       123\n");
}

TEST(Terminal, TheLastColumnGivesWaySoThatLinesFit) {
  std::string words;
  for (int i = 0; i < 40; ++i) words += "word ";
  const Table table{.columns = {{"", "name"}, {"", "remarks"}}, .rows = {{std::string(30, 'x'), words}}, .groups = {}};
  Page page = page_with(table);
  page.sections.front().remarks = {words, words};
  page.sections.front().facts = {{"fact", words}};
  for (const int width : {80, 100, 120}) {
    const std::string text = to_terminal(page, {.width = width});
    EXPECT_EQ(std::ranges::count(text, 'w'), 4 * 40) << "nothing is cut off";
    for (const auto line : base::split(text, '\n'))
      EXPECT_LE(text_width(line), static_cast<std::size_t>(width)) << line;
  }
}

TEST(Terminal, ColourOnlyWhenAsked) {
  Page page;
  page.title = "Title";
  EXPECT_EQ(to_terminal(page, {}), "Title\n");
  EXPECT_EQ(to_terminal(page, {.colour = true}), "\x1b[1mTitle\x1b[0m\n");
}

TEST(Terminal, AStoredTextCannotMoveTheCursor) {
  Page page;
  page.title = "\x1b[2J";
  page.sections.push_back({.heading = "\x1b[2J", .facts = {{"a", "\x1b[2J"}}, .remarks = {"\x1b[2J"}});
  EXPECT_EQ(to_terminal(page, {}).find('\x1b'), std::string::npos);
}

TEST(Markdown, CellsCannotBreakTheTable) {
  const Table table{.columns = {{"", "a|b"}}, .rows = {{std::string("x | y\nz *w*")}}, .groups = {}};
  EXPECT_EQ(to_markdown(page_with(table)),
            "| a\\|b |\n"
            "| --- |\n"
            "| x \\| y z \\*w\\* |\n");
}

TEST(Markdown, GroupsBecomeAColumn) {
  const Table table{.columns = {{"", "batch", ColumnKind::number}},
                    .rows = {{std::int64_t{1}}, {std::int64_t{8}}},
                    .groups = {{"vit_b_16", 0}}};
  EXPECT_EQ(to_markdown(page_with(table)),
            "|  | batch |\n"
            "| --- | ---: |\n"
            "| vit_b_16 | 1 |\n"
            "| vit_b_16 | 8 |\n");
}

}  // namespace
}  // namespace wattlens::report
