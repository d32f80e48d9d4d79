#include "report/audit_tables.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "report/number_text.h"

namespace wattlens::report {
namespace {

using enum ColumnKind;

std::string power_text(const audit::SeriesResult& series) {
  return fmt::format("{}–{}", number_text(series.lowest.value), number_text(series.highest.value));
}

std::string name_text(const audit::SeriesInfo& info) {
  return info.device.empty() ? info.name : fmt::format("{}, {}", info.name, info.device);
}

}  // namespace

std::string_view to_string(audit::Severity severity) {
  switch (severity) {
    case audit::Severity::remark: return "remark";
    case audit::Severity::warning: return "warning";
    case audit::Severity::fault: return "fault";
  }
  return {};
}

std::string_view to_string(audit::SeriesKind kind) {
  switch (kind) {
    case audit::SeriesKind::power: return "power";
    case audit::SeriesKind::counter: return "counter";
    case audit::SeriesKind::increment: return "increment";
  }
  return {};
}

EnergyScale scale_of(base::Joules energy) {
  constexpr std::array<EnergyScale, 4> kScales = {{{"GJ", 1e9}, {"MJ", 1e6}, {"kJ", 1e3}, {"J", 1.0}}};
  for (const EnergyScale& scale : kScales) {
    if (std::abs(energy.value) >= scale.factor) return scale;
  }
  return kScales.back();
}

std::string energy_text(base::Joules energy) {
  const EnergyScale scale = scale_of(energy);
  return fmt::format("{:.4g} {}", energy.value / scale.factor, scale.unit);
}

std::string energy_text(base::Joules energy, const record::Interval<base::Joules>& interval) {
  const EnergyScale scale = scale_of(energy);
  return fmt::format("{:.4g} ({:.4g}–{:.4g}) {}", energy.value / scale.factor, interval.low.value / scale.factor,
                     interval.high.value / scale.factor, scale.unit);
}

Table series_table(std::span<const audit::SeriesResult> series) {
  Table table;
  table.columns = {{"", "series"},    {"", "readings", number},
                   {"", "s", number}, {"", "every s", number, true},
                   {"", "W"},         {"", "energy"}};
  for (const audit::SeriesResult& one : series) {
    const auto& integral = one.integral;
    table.rows.push_back(
        {name_text(one.info), one.readings, one.covered.value, one.usual_step ? Cell(one.usual_step->value) : Cell(),
         power_text(one),
         integral ? Cell(energy_text(integral->energy, integral->absolute.value_or(integral->relative))) : Cell()});
  }
  return table;
}

Table parts_table(std::span<const audit::PartResult> parts) {
  Table table;
  table.columns = {{"", "column"}, {"", "rows", number}, {"", "median W", number}, {"", "energy of all"}, {"", ""}};
  table.columns.back().heading = "is";
  for (const audit::PartResult& part : parts) {
    table.rows.push_back({part.name, part.runs, part.median_power ? Cell(part.median_power->value) : Cell(),
                          energy_text(part.sum),
                          std::string(part.constant ? "a constant"
                                      : part.total  ? "the total"
                                                    : "")});
  }
  return table;
}

Table changes_table(std::span<const audit::Change> changes) {
  Table table;
  table.columns = {{"", "what"}, {"", "claimed"}, {"", "here"}, {"", "change"}, {"", "why"}};
  for (const audit::Change& change : changes) {
    table.rows.push_back({change.what, energy_text(change.claimed), energy_text(change.found),
                          fmt::format("{:+.3g} %", 100.0 * (change.found / change.claimed - 1.0)), change.why});
  }
  return table;
}

Table findings_table(std::span<const audit::FileReport> files, const audit::AgainstReport* against) {
  Table table;
  table.columns = {{"file", "file"},     {"code", "finding"}, {"severity", "severity"}, {"line", "line", number},
                   {"column", "column"}, {"seen", "seen"},    {"changes", "changes"},   {"mend", "to mend it"}};
  const auto add = [&table](const std::vector<audit::Finding>& findings) {
    for (const audit::Finding& finding : findings) {
      table.rows.push_back({finding.file, finding.code, std::string(to_string(finding.severity)),
                            finding.line > 0 ? Cell(finding.line) : Cell(), finding.column, finding.seen,
                            finding.changes, finding.mend});
    }
  };
  if (against != nullptr) add(against->findings);
  for (const audit::FileReport& file : files) add(file.findings);
  return table;
}

Table against_table(const audit::AgainstReport& against) {
  std::map<std::string, std::vector<double>> ratios;
  for (const audit::MatchedRun& run : against.runs) {
    const std::string what = run.agrees             ? fmt::format("within {:.3g} %", 100.0 * against.tolerance)
                             : run.fault != nullptr ? std::string(run.fault->words)
                                                    : "not known why";
    ratios[what].push_back(run.claimed / run.found);
  }
  Table table;
  table.columns = {{"", "the claim is"}, {"", "runs", number}, {"", "claimed ÷ here"}, {"", "from"}, {"", "to"}};
  for (auto& [what, values] : ratios) {
    std::ranges::sort(values);
    table.rows.push_back({what, static_cast<std::int64_t>(values.size()),
                          fmt::format("{:.4g}", values[values.size() / 2]), fmt::format("{:.4g}", values.front()),
                          fmt::format("{:.4g}", values.back())});
  }
  return table;
}

}  // namespace wattlens::report
