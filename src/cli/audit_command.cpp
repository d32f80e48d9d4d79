#include "cli/audit_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <optional>
#include <utility>

#include "audit/audit.h"
#include "audit/nvidia_boards.h"
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

Result<std::optional<Severity>> severity_of(const std::string& fail_on) {
  if (fail_on == "fault") return Severity::fault;
  if (fail_on == "warning") return Severity::warning;
  return std::optional<Severity>{};
}

bool any_as_severe(const std::vector<FileReport>& files, Severity severity) {
  return std::ranges::any_of(files, [severity](const FileReport& file) {
    return std::ranges::any_of(file.findings,
                               [severity](const audit::Finding& finding) { return finding.severity >= severity; });
  });
}

}  // namespace

Result<ExitCode> audit_logs(const AuditOptions& options) {
  WATTLENS_TRY(const std::optional<Severity> limit, severity_of(options.fail_on));
  audit::AuditOptions reading{.format = options.input_format, .columns = options.columns};
  WATTLENS_TRY(reading.sensors, sensor_errors());
  if (!options.claimed.empty()) {
    WATTLENS_TRY(reading.claimed, audit::parse_energy(options.claimed, "--claimed"));
    if (options.files.size() > 1) {
      return fail(ErrorKind::usage, "--claimed is the energy of one log",
                  "give one file, or --against TABLE.csv for many");
    }
  }
  WATTLENS_TRY(Output output, Output::open(options.output));
  std::vector<FileReport> reports;
  std::vector<Error> errors;
  for (const base::Path& file : options.files) {
    auto report = audit::audit_file(file, reading);
    if (report) {
      reports.push_back(*std::move(report));
    } else {
      errors.push_back(std::move(report).error());
    }
  }
  if (reports.empty()) return std::unexpected(errors.front());
  WATTLENS_CHECK(output.write(report::audit_report(reports, output.format(), output.text())));
  WATTLENS_CHECK(output.finish());
  for (const Error& error : errors) fmt::print(stderr, "wattlens: {}\n  {}\n", error.message, error.hint);
  if (!errors.empty()) return ExitCode::bad_usage;
  return limit && any_as_severe(reports, *limit) ? ExitCode::limit_broken : ExitCode::done;
}

}  // namespace wattlens::cli
