#include <utility>

#include "audit/csv_reading.h"
#include "audit/readers.h"
#include "base/fields.h"

namespace wattlens::audit {

bool is_mlperf_power(std::string_view head) {
  const std::string_view first = line_of(head, 0);
  return first.starts_with("Time,") && first.find(",Watts,") != std::string_view::npos &&
         first.find(",Volts,") != std::string_view::npos;
}

Result<void> read_mlperf_power(base::LineReader& lines, const ColumnNames& /*names*/, Log& log) {
  // Names and values in turn: the field after a name is its value.
  base::Fields row;
  row.split(line_of(lines.head(), 0), ',');
  TraceFields fields{.time = 1};
  for (std::size_t i = 0; i + 1 < row.size(); ++i) {
    if (row[i] == "Watts") {
      fields.values.push_back({i + 1,
                               {.name = "Watts",
                                .kind = SeriesKind::power,
                                .unit = "W",
                                .unit_named = true,
                                .part = "node",
                                .sensor = "wall"}});
    }
    if (row[i] == "Mark") fields.device.push_back(i + 1);
  }
  return read_trace(lines, std::move(fields), log);
}

}  // namespace wattlens::audit
