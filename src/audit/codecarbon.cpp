#include <fmt/format.h>

#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "audit/csv_reading.h"
#include "audit/readers.h"

namespace wattlens::audit {
namespace {

constexpr double kKilowattHour = 3.6e6;
constexpr double kDefaultPeriod = 15.0;  // s, between two readings of CodeCarbon (measure_power_secs)

void check_length(Log& log) {
  if (!log.table || !log.table->duration()) return;
  const ColumnScan& durations = log.table->column(*log.table->duration());
  const auto median = durations.values.quantile(0.5);
  if (!median || *median > 10.0 * kDefaultPeriod) return;
  log.findings.push_back(
      {.code = "too_few_samples",
       .severity = Severity::warning,
       .column = "duration",
       .seen = fmt::format("runs last {:.3g} s at the median ({:.3g}–{:.3g} s); at CodeCarbon's default period "
                           "of {:.0f} s that is {:.0f} reading(s), and the file tells no other",
                           *median, durations.lowest, durations.highest, kDefaultPeriod,
                           std::floor(*median / kDefaultPeriod)),
       .changes = "the mean of so few readings stands for the whole run",
       .mend = "repeat the work within a run until it lasts minutes, or set measure_power_secs=1"});
}

}  // namespace

bool is_codecarbon(std::string_view head) {
  const std::string_view first = line_of(head, 0);
  const auto names = [&](std::string_view name) { return first.find(name) != std::string_view::npos; };
  return names("emissions") && names("duration") && (names("energy_consumed") || names("project_name"));
}

Result<void> read_codecarbon(base::LineReader& lines, const ColumnNames& /*names*/, Log& log) {
  const std::vector<std::string> headings = split_headings(line_of(lines.head(), 0), ',');
  TableFields fields;
  for (const std::string& name : headings) {
    Heading heading = read_heading(name);
    // Since 2.0 all energies are in kWh and all powers in W (codecarbon's documentation, "Output").
    double factor = 1.0;
    if (heading.role == Role::energy) {
      heading.unit = Unit{Dimension::energy, kKilowattHour, "kWh"};
      factor = kKilowattHour;
    } else if (heading.role == Role::power) {
      heading.unit = Unit{Dimension::power, 1.0, "W"};
    } else if (heading.role == Role::duration) {
      heading.unit = Unit{Dimension::time, 1.0, "s"};
    }
    if (name == "energy_consumed") heading.part = "total";
    if (name == "project_name") fields.labels.push_back(fields.headings.size());
    if (name == "gpu_count") heading.role = Role::boards;
    fields.headings.push_back(std::move(heading));
    fields.factors.push_back(factor);
  }
  WATTLENS_CHECK(read_table(lines, fields, log));
  check_length(log);
  return {};
}

}  // namespace wattlens::audit
