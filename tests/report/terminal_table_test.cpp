#include "report/terminal_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "base/text.h"
#include "report/page.h"

namespace wattlens::report {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Table wide_table() {
  Table table;
  table.columns = {{"", "name"},
                   {"", "batch", ColumnKind::number},
                   {"", "milliseconds per batch", ColumnKind::number, true},
                   {"", "joules per image", ColumnKind::number},
                   {"", "remarks"}};
  table.rows.push_back({std::string("first"), std::int64_t{1}, 12.3, 0.456, std::string()});
  table.rows.push_back({std::string("second"), std::int64_t{16}, 45.6, 0.123,
                        std::string("fewer runs: budget, few batches, neighbour, not settled")});
  return table;
}

std::size_t widest_line(const std::string& text) {
  std::size_t widest = 0;
  for (const std::string_view line : base::split(text, '\n')) widest = std::max(widest, text_width(line));
  return widest;
}

TEST(TerminalTable, NothingGivesWayWhereThereIsRoom) {
  EXPECT_EQ(table_text(wide_table(), {.width = 200}),
            "name    batch  milliseconds per batch  joules per image  remarks\n"
            "first       1                    12.3             0.456\n"
            "second     16                    45.6             0.123  fewer runs: budget, few batches, neighbour, not "
            "settled\n");
}

TEST(TerminalTable, HeadingsTakeTwoLinesFirst) {
  EXPECT_EQ(table_text(wide_table(), {.width = 96}),
            "               milliseconds     joules\n"
            "name    batch     per batch  per image  remarks\n"
            "first       1          12.3      0.456\n"
            "second     16          45.6      0.123  fewer runs: budget, few batches, neighbour, not settled\n");
}

TEST(TerminalTable, ThenWordsAreWrapped) {
  EXPECT_EQ(table_text(wide_table(), {.width = 70}),
            "               milliseconds     joules\n"
            "name    batch     per batch  per image  remarks\n"
            "first       1          12.3      0.456\n"
            "second     16          45.6      0.123  fewer runs: budget, few\n"
            "                                        batches, neighbour, not\n"
            "                                        settled\n");
}

TEST(TerminalTable, ThenTheLastColumnMovesBelowItsRow) {
  EXPECT_EQ(table_text(wide_table(), {.width = 48}),
            "               milliseconds     joules\n"
            "name    batch     per batch  per image\n"
            "first       1          12.3      0.456\n"
            "second     16          45.6      0.123\n"
            "    fewer runs: budget, few batches, neighbour,\n"
            "    not settled\n");
}

TEST(TerminalTable, LastOfAllAnOptionalColumnIsLeftOutWithAWord) {
  Table table = wide_table();
  table.columns.push_back({"", "watts", ColumnKind::number});
  for (auto& row : table.rows) row.emplace_back(5.0);
  const std::string text = table_text(table, {.width = 50});
  EXPECT_THAT(text, HasSubstr("not shown for want of width: milliseconds per batch"));
  EXPECT_THAT(text, Not(HasSubstr("45.6")));
}

TEST(TerminalTable, FitsEveryWidthFromThatOfItsNumbersOn) {
  for (int width = 40; width <= 200; ++width) {
    EXPECT_LE(widest_line(table_text(wide_table(), {.width = width})), static_cast<std::size_t>(width)) << width;
  }
}

}  // namespace
}  // namespace wattlens::report
