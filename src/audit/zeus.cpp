#include <string>
#include <utility>
#include <vector>

#include "audit/csv_reading.h"
#include "audit/readers.h"

namespace wattlens::audit {

bool is_zeus(std::string_view head) {
  const std::string_view first = line_of(head, 0);
  const auto names = [&](std::string_view name) { return first.find(name) != std::string_view::npos; };
  return names("window_name") && names("elapsed_time") && names("_energy");
}

Result<void> read_zeus(base::LineReader& lines, const ColumnNames& /*names*/, Log& log) {
  TableFields fields;
  for (const std::string& name : split_headings(line_of(lines.head(), 0), ',')) {
    Heading heading = read_heading(name);
    if (heading.role == Role::energy) heading.unit = Unit{Dimension::energy, 1.0, "J"};
    if (heading.role == Role::duration) heading.unit = Unit{Dimension::time, 1.0, "s"};
    if (name == "window_name") fields.labels.push_back(fields.headings.size());
    fields.headings.push_back(std::move(heading));
    fields.factors.push_back(1.0);
  }
  return read_table(lines, fields, log);
}

}  // namespace wattlens::audit
