#include <fmt/format.h>

#include <string>
#include <utility>

#include "audit/csv_reading.h"
#include "audit/readers.h"
#include "base/fields.h"
#include "base/text.h"

namespace wattlens::audit {
namespace {

bool is_microseconds(std::string_view text) {
  const auto number = base::parse_integer(text);
  return text.size() == 16 && number && *number > 1'000'000'000'000'000;
}

bool has(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

// The mean power of what the text begins with, were its numbers µJ.
double watts_as_microjoules(std::string_view head) {
  base::Fields row;
  double sum = 0.0;
  double first = 0.0;
  double last = 0.0;
  for (const std::string_view line : base::split(head, '\n')) {
    if (!row.split(line, ' ') || row.size() < 2 || !is_microseconds(row[0])) continue;
    const auto value = base::parse_number(row[1]);
    const auto time = base::parse_number(row[0]);
    if (!value || !time) continue;
    if (first == 0.0) {
      first = *time;
    } else {
      sum += *value;
    }
    last = *time;
  }
  return last > first ? sum / (last - first) : 0.0;
}

}  // namespace

bool is_green_metrics_tool(std::string_view head) {
  base::Fields row;
  row.split(line_of(head, 0), ' ');
  return row.size() >= 2 && row.size() <= 4 && is_microseconds(row[0]) && base::parse_number(row[1]).has_value();
}

Result<void> read_green_metrics_tool(base::LineReader& lines, const ColumnNames& /*names*/, Log& log) {
  const std::string name = base::lower_case(lines.name().substr(lines.name().rfind('/') + 1));
  if (has(name, "utilization") || has(name, "memory_used") || has(name, "network") || has(name, "_io_") ||
      has(name, "time_")) {
    return fail(ErrorKind::usage, fmt::format("{} holds no energy and no power, by its name", lines.name()),
                "give the logs of providers with energy or power in their names");
  }
  const bool power = has(name, "power") && !has(name, "energy");
  ValueField value{.field = 1};
  value.info = {.name = power ? "power" : "energy",
                .kind = power ? SeriesKind::power : SeriesKind::increment,
                .part = has(name, "memory") || has(name, "dram")   ? "ram"
                        : has(name, "psu") || has(name, "machine") ? "node"
                                                                   : "cpu"};
  // The tool's own files name no unit: mJ in its older versions, µJ since; mW for power.
  constexpr double kLeastWatts = 0.3;
  const bool micro = power || watts_as_microjoules(lines.head()) >= kLeastWatts;
  value.info.unit = power ? "mW" : micro ? "µJ" : "mJ";
  value.factor = power || !micro ? 1e-3 : 1e-6;
  TraceFields fields{.separator = ' ', .time_reader = base::TimeReader(1e-6), .values = {std::move(value)}};
  base::Fields row;
  row.split(line_of(lines.head(), 0), ' ');
  for (std::size_t i = 2; i < row.size(); ++i) fields.device.push_back(i);
  return read_trace(lines, std::move(fields), log);
}

}  // namespace wattlens::audit
