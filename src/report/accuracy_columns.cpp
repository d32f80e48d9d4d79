#include "report/accuracy_columns.h"

#include <algorithm>
#include <array>

namespace wattlens::report {
namespace {

Quantity percent_of(const record::Estimate<double>& share) {
  return {.value = 100.0 * share.value, .interval = record::Interval<double>{100.0 * share.low, 100.0 * share.high}};
}

}  // namespace

void add_accuracy(Table& table, std::span<const record::WorkloadInfo* const> infos) {
  if (std::ranges::none_of(infos, [](const record::WorkloadInfo* info) { return info->accuracy.has_value(); })) return;
  const std::array<Column, 4> columns = {{{"top1_percent", "top-1 %", ColumnKind::quantity},
                                          {"top5_percent", "top-5 %", ColumnKind::quantity},
                                          {"accuracy_images", "", ColumnKind::number},
                                          {"broken_images", "", ColumnKind::number}}};
  table.columns.insert(table.columns.end() - 1, columns.begin(), columns.end());
  for (std::size_t i = 0; i < infos.size(); ++i) {
    std::vector<Cell> cells(columns.size());
    if (const auto& accuracy = infos[i]->accuracy) {
      cells = {percent_of(accuracy->top1), percent_of(accuracy->top5), accuracy->images, accuracy->broken};
    }
    table.rows[i].insert(table.rows[i].end() - 1, cells.begin(), cells.end());
  }
}

}  // namespace wattlens::report
