#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "audit/csv_reading.h"
#include "audit/readers.h"
#include "base/fields.h"

namespace wattlens::audit {
namespace {

// Which field is what; "power.draw [W]" and, renamed by the user, "gpu_power_draw".
struct Layout {
  std::optional<std::size_t> time;
  std::vector<std::size_t> powers;
  std::vector<std::string> names;  // of the powers
  std::optional<std::size_t> limit;
  std::vector<std::size_t> device;
};

bool is_power(std::string_view heading) {
  return heading.find("power.draw") != std::string_view::npos || heading.find("power_draw") != std::string_view::npos;
}

bool is_limit(std::string_view heading) {
  return heading.find("power.max_limit") != std::string_view::npos ||
         heading.find("power.limit") != std::string_view::npos ||
         heading.find("enforced.power") != std::string_view::npos ||
         heading.find("max_power") != std::string_view::npos;
}

// A board is told apart by these; "count" is the same in all rows.
bool is_device(std::string_view heading) {
  return heading == "index" || heading == "uuid" || heading == "gpu_uuid" || heading == "pci.bus_id" ||
         heading == "gpu_bus_id" || heading == "name" || heading == "gpu_name" || heading == "serial" ||
         heading == "gpu_serial";
}

Layout layout_of(const std::vector<std::string>& headings) {
  Layout layout;
  for (std::size_t i = 0; i < headings.size(); ++i) {
    const std::string lower = base::lower_case(headings[i]);
    if (lower == "timestamp") layout.time = i;
    if (is_power(lower)) {
      layout.powers.push_back(i);
      layout.names.push_back(headings[i]);
    }
    if (is_limit(lower) && !layout.limit) layout.limit = i;
    if (is_device(lower)) layout.device.push_back(i);
  }
  return layout;
}

// Without a heading the values themselves tell: the first in W is the draw, the next one the limit.
Layout layout_of_values(const base::Fields& row) {
  Layout layout;
  base::TimeReader reader;
  for (std::size_t i = 0; i < row.size(); ++i) {
    const auto number = base::parse_quantity(row[i]);
    if (!layout.time && reader.read(row[i]) && reader.is_date()) {
      layout.time = i;
    } else if (number && number->unit == "W") {
      if (layout.powers.empty()) {
        layout.powers.push_back(i);
        layout.names.emplace_back("power.draw");
      } else if (!layout.limit) {
        layout.limit = i;
      }
    } else if (row[i].find("NVIDIA") != std::string_view::npos || row[i].starts_with("GPU-")) {
      layout.device.push_back(i);
    }
  }
  return layout;
}

std::string sensor_of(std::string_view heading) {
  if (heading.find("instant") != std::string_view::npos) return "nvml.instant";
  if (heading.find("average") != std::string_view::npos) return "nvml.average";
  return "nvml.usage";
}

bool has_heading(std::string_view first) { return is_power(base::lower_case(first)); }

}  // namespace

bool is_nvidia_smi(std::string_view head) {
  const std::string_view first = line_of(head, 0);
  const std::string_view second = line_of(head, 1);
  if (first.find("power.draw") != std::string_view::npos) return first.find("timestamp") != std::string_view::npos;
  const bool boards = second.find("NVIDIA") != std::string_view::npos || second.find(" MiB") != std::string_view::npos;
  if (has_heading(first)) return boards && first.find("timestamp") != std::string_view::npos;
  base::Fields row;
  if (!row.split(first, ',')) return false;
  const Layout layout = layout_of_values(row);
  return layout.time && !layout.powers.empty() && (!layout.device.empty() || boards);
}

Result<void> read_nvidia_smi(base::LineReader& lines, const ColumnNames& /*names*/, Log& log) {
  const std::string_view first = line_of(lines.head(), 0);
  Layout layout;
  TraceFields fields{.separator = base::guess_separator(lines.head())};
  if (has_heading(first)) {
    const std::vector<std::string> headings = split_headings(first, fields.separator);
    layout = layout_of(headings);
    fields.heading = headings.front();
    fields.columns = headings.size();
  } else {
    base::Fields row;
    row.split(first, fields.separator);
    layout = layout_of_values(row);
  }
  if (!layout.time || layout.powers.empty()) {
    return fail(ErrorKind::usage, lines.name() + " has no timestamp or no power.draw",
                "log with nvidia-smi --query-gpu=timestamp,index,name,power.draw --format=csv -lms 100");
  }
  fields.time = *layout.time;
  fields.limit = layout.limit;
  fields.device = layout.device;
  for (std::size_t i = 0; i < layout.powers.size(); ++i) {
    fields.values.push_back({layout.powers[i],
                             {.name = layout.names[i],
                              .kind = SeriesKind::power,
                              .unit = "W",
                              .unit_named = true,
                              .part = "gpu",
                              .sensor = sensor_of(layout.names[i])}});
  }
  return read_trace(lines, std::move(fields), log);
}

}  // namespace wattlens::audit
