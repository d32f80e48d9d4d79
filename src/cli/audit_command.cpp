#include "cli/audit_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <optional>
#include <utility>

#include "audit/against.h"
#include "audit/audit.h"
#include "audit/nvidia_boards.h"
#include "experiment/axis.h"
#include "meter/sensor_profiles.h"
#include "report/audit_report.h"

namespace wattlens::cli {
namespace {

using audit::FileReport;
using audit::Severity;

// What data/sensor_profiles.json knows of a board, by its name; a log tells no driver.
Result<audit::SensorErrors> sensor_errors() {
  WATTLENS_TRY(auto parsed, meter::SensorProfiles::parse(meter::sensor_profiles_text()));
  const auto profiles = std::make_shared<const meter::SensorProfiles>(std::move(parsed));
  return [profiles](const audit::SeriesInfo& series) -> std::optional<audit::SensorError> {
    const meter::SensorQuery query{
        .sensor = series.sensor, .generation = audit::nvidia_generation(series.device), .part_name = series.device};
    const auto profile = profiles->find(query);
    if (!profile) return std::nullopt;
    audit::SensorError error{.gain_low = profile->gain_low, .gain_high = profile->gain_high, .offset = profile->offset};
    if (profile->duty < 1.0) error.duty = profile->duty;
    return error;
  };
}

std::optional<Severity> severity_of(const std::string& fail_on) {
  if (fail_on == "fault") return Severity::fault;
  if (fail_on == "warning") return Severity::warning;
  return std::nullopt;
}

bool any_as_severe(const std::vector<audit::Finding>& findings, Severity severity) {
  return std::ranges::any_of(findings,
                             [severity](const audit::Finding& finding) { return finding.severity >= severity; });
}

// The options as the reader of a log takes them. Columns of energy and duration are those of the table where there is
// one.
Result<audit::AuditOptions> reading_options(const AuditOptions& options) {
  audit::AuditOptions reading{.format = options.input_format, .columns = options.columns};
  WATTLENS_TRY(reading.sensors, sensor_errors());
  if (options.against) {
    reading.columns.energy.clear();
    reading.columns.duration.clear();
  }
  if (options.claimed.empty()) return reading;
  WATTLENS_TRY(reading.claimed, audit::parse_energy(options.claimed, "--claimed"));
  if (options.files.size() > 1 || options.against) {
    return fail(ErrorKind::usage, "--claimed is the energy of one log",
                "give one file, or --against TABLE.csv for many");
  }
  return reading;
}

struct Reports {
  std::vector<FileReport> files;
  std::optional<audit::AgainstReport> against;
  std::vector<Error> errors;  // of files that could not be read

  bool has(Severity severity) const {
    if (against && any_as_severe(against->findings, severity)) return true;
    return std::ranges::any_of(files,
                               [severity](const FileReport& file) { return any_as_severe(file.findings, severity); });
  }
};

Result<Reports> read_all(const AuditOptions& options) {
  WATTLENS_TRY(const audit::AuditOptions reading, reading_options(options));
  Reports reports;
  std::optional<audit::ResultsTable> table;
  WATTLENS_TRY(const double tolerance, experiment::parse_share(options.tolerance, "--tolerance"));
  if (options.against) {
    WATTLENS_TRY(base::LineReader lines, base::LineReader::open(*options.against));
    WATTLENS_TRY(table, audit::read_results(std::move(lines), options.columns));
  }
  for (const base::Path& file : options.files) {
    auto report = audit::audit_file(file, reading);
    if (report) {
      reports.files.push_back(*std::move(report));
    } else {
      reports.errors.push_back(std::move(report).error());
    }
  }
  if (reports.files.empty()) return std::unexpected(reports.errors.front());
  if (table) reports.against = audit::hold_against(reports.files, *table, tolerance);
  return reports;
}

}  // namespace

Result<ExitCode> audit_logs(const AuditOptions& options) {
  const std::optional<Severity> limit = severity_of(options.fail_on);
  WATTLENS_TRY(Output output, Output::open(options.output));
  WATTLENS_TRY(const Reports reports, read_all(options));
  WATTLENS_CHECK(output.write(report::audit_report(reports.files, reports.against ? &*reports.against : nullptr,
                                                   output.format(), output.text())));
  WATTLENS_CHECK(output.finish());
  for (const Error& error : reports.errors) fmt::print(stderr, "wattlens: {}\n  {}\n", error.message, error.hint);
  if (!reports.errors.empty()) return ExitCode::bad_usage;
  return limit && reports.has(*limit) ? ExitCode::limit_broken : ExitCode::done;
}

}  // namespace wattlens::cli
