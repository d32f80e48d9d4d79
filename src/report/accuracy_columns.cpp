#include "report/accuracy_columns.h"

#include <algorithm>
#include <array>

#include "report/quantities.h"

namespace wattlens::report {
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
      cells = {to_quantity(accuracy->top1, 100.0), to_quantity(accuracy->top5, 100.0), accuracy->images,
               accuracy->broken};
    }
    table.rows[i].insert(table.rows[i].end() - 1, cells.begin(), cells.end());
  }
}

}  // namespace wattlens::report
