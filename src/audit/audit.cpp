#include "audit/audit.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "audit/checks.h"
#include "base/fields.h"

namespace wattlens::audit {
namespace {

using base::Joules;
using base::Seconds;
using base::Watts;

constexpr double kWorthTelling = 0.005;  // relative
constexpr double kAgrees = 0.02;

SeriesResult result_of(const SeriesScan& scan, const SensorErrors& sensors) {
  SeriesResult result{.info = scan.info(),
                      .begin_ns = scan.first_ns(),
                      .readings = scan.samples(),
                      .covered = scan.covered(),
                      .lowest = scan.lowest(),
                      .median = Watts{scan.power().quantile(0.5).value_or(0.0)},
                      .highest = scan.highest_power(),
                      .integral = integrate(scan, sensors)};
  if (const auto step = scan.step().quantile(0.5)) result.usual_step = Seconds{*step};
  if (result.integral) {
    result.evidence = {result.integral->energy, scan.sum_of_power(), scan.covered(), scan.highest_power(),
                       scan.limit()};
  }
  return result;
}

bool differs(Joules a, Joules b) { return std::abs(a.value - b.value) > kWorthTelling * std::abs(b.value); }

void add_changes(const SeriesScan& scan, const SeriesResult& result, std::vector<Change>& changes) {
  if (!result.integral) return;
  const Joules found = result.integral->energy;
  const std::string name = name_of(scan.info());
  if (scan.info().kind == SeriesKind::counter && differs(scan.plain_difference(), found)) {
    changes.push_back(
        {name + ": last reading less the first", scan.plain_difference(), found, "the counter went down"});
  }
  if (scan.info().kind != SeriesKind::power) return;
  const Joules by_mean = scan.sum_of_power() / static_cast<double>(scan.samples()) * scan.covered();
  if (differs(by_mean, found)) {
    changes.push_back(
        {name + ": mean of all readings × time", by_mean, found, "uneven steps, gaps or times that are set"});
  }
}

std::vector<PartResult> parts_of(const TableScan& table) {
  std::vector<PartResult> parts;
  for (const std::size_t column : table.with_role(Role::energy)) {
    const Heading& heading = table.headings()[column];
    const ColumnScan& scan = table.column(column);
    PartResult part{.name = heading.name,
                    .unit = heading.unit ? heading.unit->name : std::string(),
                    .runs = scan.present,
                    .sum = Joules{scan.sum},
                    .total = table.total() == column};
    if (const auto watts = table.mean_power(column).values.quantile(0.5)) part.median_power = Watts{*watts};
    const auto power = table.power_of(column);
    part.constant = power && table.column(*power).present >= 5 && table.column(*power).constant;
    parts.push_back(std::move(part));
  }
  return parts;
}

// What is left of a total without its constants.
void add_changes(const std::vector<PartResult>& parts, std::vector<Change>& changes) {
  Joules constants;
  std::string names;
  for (const PartResult& part : parts) {
    if (!part.constant || part.total) continue;
    constants += part.sum;
    names += (names.empty() ? "" : " and ") + part.name;
  }
  for (const PartResult& part : parts) {
    if (!part.total || names.empty()) continue;
    changes.push_back(
        {part.name + " of all rows", part.sum, part.sum - constants, names + " are constants of a model"});
  }
}

void judge(Joules claimed, FileReport& report) {
  const Evidence evidence = evidence_of(report);
  const Joules found = evidence.integral;
  const auto faults = explain(claimed, evidence);
  const bool agrees = std::abs(claimed / found - 1.0) <= kAgrees;
  Change change{"the claim", claimed, found,
                agrees           ? "it holds"
                : faults.empty() ? ""
                                 : std::string(faults.front()->words)};
  if (!agrees) {
    report.findings.insert(report.findings.begin(),
                           {.code = faults.empty() ? "claim" : std::string(faults.front()->code),
                            .severity = Severity::fault,
                            .seen = fmt::format("{:.6g} J is claimed, the log gives {:.6g} J (ratio {:.4g})",
                                                claimed.value, found.value, claimed / found),
                            .changes = faults.empty() ? "no fault that is known makes this number"
                                                      : "the claim is " + std::string(faults.front()->words),
                            .mend = "use the integral"});
  }
  report.changes.push_back(std::move(change));
}

}  // namespace

Evidence evidence_of(const FileReport& report) {
  Evidence evidence;
  for (const SeriesResult& series : report.series) {
    evidence.integral += series.evidence.integral;
    evidence.sum_of_power += series.evidence.sum_of_power;
    evidence.highest += series.evidence.highest;
    evidence.duration = std::max(evidence.duration, series.evidence.duration);
    if (series.evidence.limit) evidence.limit = evidence.limit.value_or(Watts{}) + *series.evidence.limit;
  }
  for (const PartResult& part : report.parts) {
    const bool has_total = std::ranges::any_of(report.parts, &PartResult::total);
    if (!has_total || part.total) evidence.integral += part.sum;
  }
  return evidence;
}

Result<ReadLog> read_log(base::LineReader& lines, const std::string& format, const ColumnNames& columns,
                         KeepReadings keep) {
  const LogFormat* found = nullptr;
  if (format.empty()) {
    const bool named = !columns.power.empty() || !columns.energy.empty();
    if (named) found = find_log_format("csv");
    if (found == nullptr) {
      WATTLENS_TRY(found, recognise(lines.head(), lines.name()));
    }
  } else {
    found = find_log_format(format);
    if (found == nullptr) return fail(ErrorKind::usage, fmt::format("'{}' is no log format", format));
  }
  ReadLog read{.format = found->name, .log = {}};
  read.log.keep_readings = keep == KeepReadings::yes;
  WATTLENS_CHECK(found->read(lines, columns, read.log));
  for (SeriesScan& scan : read.log.series) scan.finish();
  return read;
}

Result<FileReport> audit_log(base::LineReader lines, const AuditOptions& options) {
  WATTLENS_TRY(const ReadLog read, read_log(lines, options.format, options.columns, KeepReadings::no));
  const Log& log = read.log;
  FileReport report{.file = lines.name(), .format = std::string(read.format), .rows = log.rows};
  report.findings = check_log(log);
  for (const SeriesScan& scan : log.series) {
    report.series.push_back(result_of(scan, options.sensors));
    add_changes(scan, report.series.back(), report.changes);
  }
  if (log.table) {
    report.parts = parts_of(*log.table);
    add_changes(report.parts, report.changes);
  }
  if (options.claimed) judge(*options.claimed, report);
  for (Finding& finding : report.findings) finding.file = report.file;
  return report;
}

Result<FileReport> audit_file(const base::Path& path, const AuditOptions& options) {
  WATTLENS_TRY(base::LineReader lines, base::LineReader::open(path));
  return audit_log(std::move(lines), options);
}

Result<base::Joules> parse_energy(std::string_view text, std::string_view what) {
  const auto number = base::parse_quantity(text);
  const auto unit = number ? unit_of(number->unit) : std::nullopt;
  if (!unit || unit->dimension != Dimension::energy || !(number->value > 0.0)) {
    return fail(ErrorKind::usage, fmt::format("{} {} is no energy", what, text),
                "a number with its unit: 415 kJ, 0.115 kWh");
  }
  return Joules{number->value * unit->factor};
}

}  // namespace wattlens::audit
