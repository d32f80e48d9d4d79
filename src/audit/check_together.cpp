#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "audit/checks.h"

namespace wattlens::audit {
namespace {

// Equal in all that a scan keeps: by chance two sensors are not.
bool same_readings(const SeriesScan& a, const SeriesScan& b) {
  return a.samples() == b.samples() && a.energy() == b.energy() && a.lowest() == b.lowest() &&
         a.highest_power() == b.highest_power() && a.changes() == b.changes() &&
         a.sampling_error() == b.sampling_error() && a.changes() > 0;
}

void check_mirrors(const std::vector<SeriesScan>& series, std::vector<Finding>& findings) {
  for (std::size_t i = 0; i < series.size(); ++i) {
    for (std::size_t k = i + 1; k < series.size(); ++k) {
      if (!same_readings(series[i], series[k])) continue;
      findings.push_back(
          {.code = "doubled",
           .severity = Severity::fault,
           .line = series[k].first_line(),
           .column = name_of(series[k].info()),
           .seen = fmt::format("holds the same {} readings as {}", series[k].samples(), name_of(series[i].info())),
           .changes = fmt::format("a sum of both holds {:.4g} J twice", series[k].energy().value),
           .mend = "count one of them: they are one counter seen twice"});
    }
  }
}

void check_psys(const std::vector<SeriesScan>& series, std::vector<Finding>& findings) {
  const auto of = [&](std::string_view part) {
    return std::ranges::find_if(series, [&](const SeriesScan& scan) { return scan.info().part.starts_with(part); });
  };
  const auto psys = of("psys");
  const auto cpu = of("cpu");
  if (psys == series.end() || cpu == series.end()) return;
  findings.push_back({.code = "overlapping",
                      .severity = Severity::warning,
                      .line = psys->first_line(),
                      .column = name_of(psys->info()),
                      .seen = fmt::format("psys ({:.4g} J) stands beside the package ({:.4g} J), which lies inside it",
                                          psys->energy().value, cpu->energy().value),
                      .changes = fmt::format("a sum of both counts {:.4g} J twice", cpu->energy().value),
                      .mend = "take one of them"});
}

}  // namespace

std::string name_of(const SeriesInfo& info) {
  return info.device.empty() ? info.name : fmt::format("{} of {}", info.name, info.device);
}

void check_series_together(const std::vector<SeriesScan>& series, std::vector<Finding>& findings) {
  check_mirrors(series, findings);
  check_psys(series, findings);
}

void check_rows(const Log& log, std::vector<Finding>& findings) {
  if (log.bad_rows > 0) {
    const double share = static_cast<double>(log.bad_rows) / static_cast<double>(log.bad_rows + log.rows);
    findings.push_back(
        {.code = "unreadable_rows",
         .severity = share > 0.01 ? Severity::fault : Severity::warning,
         .line = log.first_bad_line,
         .seen = fmt::format("{} of {} rows could not be read; the first: {}", log.bad_rows, log.bad_rows + log.rows,
                             log.first_bad_reason),
         .changes = "left out: the time between their neighbours counts as a step or a gap",
         .mend = "look at that line; a decimal comma in a file with commas between its fields must be quoted"});
  }
  if (log.absent_values > 0) {
    findings.push_back({.code = "missing_values",
                        .severity = Severity::warning,
                        .line = log.first_absent_line,
                        .seen = fmt::format("{} readings are missing ([N/A] or the like)", log.absent_values),
                        .changes = "not counted as 0: the time counts as a step or a gap",
                        .mend = "find out why the sensor did not answer"});
  }
  const bool empty = log.rows == 0;
  if (empty) {
    findings.push_back({.code = "no_readings",
                        .severity = Severity::fault,
                        .seen = "not one row with a power or an energy",
                        .changes = "the energy is missing, not 0 J",
                        .mend = "let the logger run while the work does"});
  }
}

std::vector<Finding> check_log(const Log& log) {
  std::vector<Finding> findings = log.findings;
  check_rows(log, findings);
  for (const SeriesScan& scan : log.series) {
    check_readings(scan, findings);
    check_times(scan, findings);
  }
  check_series_together(log.series, findings);
  if (log.table) check_table(*log.table, findings);
  std::ranges::stable_sort(findings, std::ranges::greater{}, &Finding::severity);
  return findings;
}

}  // namespace wattlens::audit
